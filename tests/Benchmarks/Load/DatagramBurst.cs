using System.Runtime.InteropServices;

namespace Benchmarks.Load;

/// <summary>Many datagrams a system call. Linux.</summary>
sealed unsafe partial class DatagramBurst : IDisposable
{
    readonly byte* _memory;
    readonly Header* _headers;
    readonly int _count;
    int _next;

    public DatagramBurst(byte[][] lines)
    {
        _count = lines.Length;
        long bytes = lines.Sum(l => (long)l.Length) + (_count * (long)(sizeof(Vector) + sizeof(Header)));
        _memory = (byte*)NativeMemory.AllocZeroed((nuint)bytes);
        _headers = (Header*)_memory;
        Vector* vectors = (Vector*)(_headers + _count);
        byte* text = (byte*)(vectors + _count);
        for (int i = 0; i < _count; i++)
        {
            lines[i].CopyTo(new Span<byte>(text, lines[i].Length));
            vectors[i] = new Vector { Base = text, Length = (nuint)lines[i].Length };
            _headers[i] = new Header { Vectors = vectors + i, VectorCount = 1 };
            text += lines[i].Length;
        }
    }

    /// <returns>Datagrams sent, 0 when the socket reported a fault of an earlier one.</returns>
    public int Send(int socket, int count)
    {
        int sent = SendMany(socket, _headers + _next, (uint)Math.Min(count, _count - _next), 0);
        _next = (_next + Math.Max(sent, 0)) % _count;
        return Math.Max(sent, 0);
    }

    public void Dispose() => NativeMemory.Free(_memory);

    [LibraryImport("libc.so.6", EntryPoint = "sendmmsg", SetLastError = true)]
    private static partial int SendMany(int socket, Header* messages, uint count, int flags);

    [StructLayout(LayoutKind.Sequential)]
    struct Vector
    {
        public byte* Base;
        public nuint Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    struct Header
    {
        readonly void* _name;
        readonly ulong _nameLength;
        public Vector* Vectors;
        public nuint VectorCount;
        readonly void* _control;
        readonly nuint _controlLength;
        readonly ulong _flags;
        readonly ulong _sent;
    }
}
