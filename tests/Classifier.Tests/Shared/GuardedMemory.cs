using System.Runtime.InteropServices;

namespace Classifier.Tests.Shared;

/// <summary>Bytes that end where the process may not read on: a read beyond them is a crash, not luck.</summary>
sealed unsafe partial class GuardedMemory : IDisposable
{
    const int ProtectionNone = 0;
    const int ProtectionReadWrite = 3;
    const int MapPrivateAnonymous = 0x22;

    readonly nuint _length = (nuint)Environment.SystemPageSize * 2;
    readonly byte* _start;

    public GuardedMemory()
    {
        nint start = Map(0, _length * 2, ProtectionReadWrite, MapPrivateAnonymous, -1, 0);
        Assert.NotEqual(-1, start);
        Assert.Equal(0, Protect(start + (nint)_length, _length, ProtectionNone));
        _start = (byte*)start;
    }

    /// <summary>A copy whose last byte is the last that can be read.</summary>
    public ReadOnlySpan<byte> PutAtEnd(ReadOnlySpan<byte> bytes)
    {
        Span<byte> target = new(_start + (int)_length - bytes.Length, bytes.Length);
        bytes.CopyTo(target);
        return target;
    }

    public void Dispose() => Assert.Equal(0, Unmap((nint)_start, _length * 2));

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(nint address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint length);
}
