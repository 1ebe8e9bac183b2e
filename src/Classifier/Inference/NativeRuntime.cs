using System.Reflection;
using System.Runtime.InteropServices;
using Classifier.Models;
using Microsoft.ML.OnnxRuntime;

namespace Classifier.Inference;

/// <summary>Brings <c>libonnxruntime.so</c>, which is built into this assembly, into the process: once, from memory, with nothing on disk.</summary>
/// <remarks>When the host refuses, the model cannot run and the problem names what to allow.</remarks>
static class NativeRuntime
{
    const string LibraryFile = "libonnxruntime.so";

    static readonly Lock LoadLock = new();
    static nint _library;
    static string? _problem;
    static bool _tried;

    /// <summary>Loads the library if no earlier call did. Only the first call's folder counts.</summary>
    /// <param name="stateFolder">A folder that this process may write to; null for none.</param>
    /// <returns>Null when the library is there, else why not and what to do about it, in one line.</returns>
    public static string? EnsureLoaded(string? stateFolder)
    {
        lock (LoadLock)
        {
            if (!_tried)
            {
                _tried = true;
                _library = Load(stateFolder, out _problem);
                if (_library != 0)
                {
                    // The package's own resolver looks for files beside the executable.
                    OrtEnv.DisableDllImportResolver = true;
                    NativeLibrary.SetDllImportResolver(typeof(OrtEnv).Assembly, Resolve);

                    // What goes wrong is thrown with the same text; nothing needs to be on standard error as well.
                    EnvironmentCreationOptions options = new() { logId = "collector", logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
                    OrtEnv.CreateInstanceWithOptions(ref options);
                }
            }

            return _problem;
        }
    }

    static nint Load(string? stateFolder, out string? problem)
    {
        ReadOnlySpan<byte> content = EmbeddedFile.Open(LibraryFile);
        if (content.IsEmpty)
        {
            problem = LibraryFile + ": not part of this build";
            return 0;
        }

        return MemoryLibrary.Load(LibraryFile, content, isMapped: true, stateFolder, out problem);
    }

    static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) =>
        name.Contains("onnxruntime", StringComparison.Ordinal) && !name.Contains("extensions", StringComparison.Ordinal) ? _library : 0;
}
