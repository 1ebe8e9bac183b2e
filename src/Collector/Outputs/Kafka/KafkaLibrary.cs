using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;
using System.Reflection;
using System.Runtime.InteropServices;
using Classifier.Inference;
using Confluent.Kafka;

namespace Collector.Outputs.Kafka;

/// <summary>Brings librdkafka, which is built into the binary, into the process: once, and only where a kafka output is configured.</summary>
static unsafe class KafkaLibrary
{
    const string ResourceName = "librdkafka.so.br";
    const string LibraryFile = "librdkafka.so";

    static readonly Lock LoadLock = new();
    static nint _library;
    static string? _problem;
    static bool _isTried;

    /// <summary>Loads the library if no earlier call did. Only the first call's folder counts.</summary>
    /// <param name="stateFolder">A folder that this process may write to; null for none.</param>
    /// <returns>Null when the library is there, else why not and what to do about it, in one line.</returns>
    /// <remarks>The package makes delegates of this type's methods by reflection; rooting its whole assembly would cost 2 MB.</remarks>
    [DynamicDependency(
        DynamicallyAccessedMemberTypes.PublicMethods | DynamicallyAccessedMemberTypes.NonPublicMethods, "Confluent.Kafka.Impl.NativeMethods.NativeMethods", "Confluent.Kafka")]
    public static string? EnsureLoaded(string? stateFolder)
    {
        lock (LoadLock)
        {
            if (!_isTried)
            {
                _isTried = true;
                _library = Load(stateFolder, out _problem);
                if (_library != 0)
                {
                    // The package would look for files beside the executable.
                    NativeLibrary.SetDllImportResolver(typeof(Library).Assembly, Resolve);
                }
            }

            return _problem;
        }
    }

    static nint Load(string? stateFolder, out string? problem)
    {
        if (typeof(KafkaLibrary).Assembly.GetManifestResourceStream(ResourceName) is not UnmanagedMemoryStream packed)
        {
            problem = LibraryFile + ": not part of this build";
            return 0;
        }

        // Written by the project's PackFile: the length, then the compressed library. Not on the managed heap, where 12 MB would stay for long.
        Span<byte> prefix = stackalloc byte[sizeof(int)];
        packed.ReadExactly(prefix);
        int length = BinaryPrimitives.ReadInt32LittleEndian(prefix);
        byte* content = (byte*)NativeMemory.Alloc((nuint)length);
        try
        {
            Span<byte> unpacked = new(content, length);
            using (BrotliStream brotli = new(packed, CompressionMode.Decompress))
            {
                brotli.ReadExactly(unpacked);
            }

            return MemoryLibrary.Load(LibraryFile, unpacked, isMapped: false, stateFolder, out problem);
        }
        finally
        {
            NativeMemory.Free(content);
        }
    }

    static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) =>
        name.Contains("librdkafka", StringComparison.Ordinal) ? _library : 0;
}
