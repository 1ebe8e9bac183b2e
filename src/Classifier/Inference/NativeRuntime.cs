using System.Reflection;
using System.Runtime.InteropServices;
using Classifier.Models;
using Microsoft.ML.OnnxRuntime;
using Microsoft.Win32.SafeHandles;

namespace Classifier.Inference;

/// <summary>Brings <c>libonnxruntime.so</c>, which is built into this assembly, into the process: once, from memory, with nothing on disk.</summary>
/// <remarks>
/// Hosts may forbid executable memory files (SELinux, seccomp, <c>vm.memfd_noexec=2</c>); then an unlinked file in the runtime, state or temporary folder
/// serves, unless that is mounted <c>noexec</c>. When all are refused the model cannot run and the problem names what to allow.
/// </remarks>
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

        List<string> refusals = [];
        SafeFileHandle? file = PrivateFile.CreateInMemory("onnxruntime", content, out string refusal);
        nint library = TryLoad(file, "memfd", refusal, refusals);
        foreach (string folder in library == 0 ? Folders(stateFolder) : [])
        {
            file = PrivateFile.CreateUnlinked(folder, content, out refusal);
            library = TryLoad(file, folder, refusal, refusals);
            if (library != 0)
            {
                break;
            }
        }

        problem = library != 0 ? null : $"{LibraryFile}: cannot be loaded ({string.Join("; ", refusals)}); allow executable memfd (sysctl vm.memfd_noexec=0 or 1, "
            + "SELinux execmem, seccomp memfd_create) or give a runtime or state folder that is writable and not mounted noexec";
        return library;
    }

    static IEnumerable<string> Folders(string? stateFolder)
    {
        // systemd passes RuntimeDirectory= this way, several with colons between.
        string[] runtime = Environment.GetEnvironmentVariable("RUNTIME_DIRECTORY")?.Split(':', StringSplitOptions.RemoveEmptyEntries) ?? [];
        IEnumerable<string> all = runtime;
        if (stateFolder is not null)
        {
            all = all.Append(stateFolder);
        }

        return all.Append(Path.GetTempPath());
    }

    static nint TryLoad(SafeFileHandle? file, string place, string refusal, List<string> refusals)
    {
        if (file is null)
        {
            refusals.Add($"{place}: {refusal}");
            return 0;
        }

        // The mapping keeps the file alive; the descriptor is not needed after it.
        using (file)
        {
            try
            {
                return NativeLibrary.Load(PrivateFile.PathOf(file));
            }
            catch (DllNotFoundException e)
            {
                // The loader's own words come last, after advice on how to find them.
                refusals.Add($"{place}: {e.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[^1]}");
                return 0;
            }
        }
    }

    static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) =>
        name.Contains("onnxruntime", StringComparison.Ordinal) && !name.Contains("extensions", StringComparison.Ordinal) ? _library : 0;
}
