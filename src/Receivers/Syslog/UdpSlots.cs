using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.InteropServices;
using static Receivers.Syslog.UdpInterop;

namespace Receivers.Syslog;

/// <summary>Room for the datagrams of one <c>recvmmsg</c>. Owned by one thread.</summary>
/// <remarks>
/// Each slot takes the largest datagram there is. The memory is native and untouched until the kernel writes to it, so short datagrams cost a page or two a
/// slot. Slots are not a power of two apart: else all of them would share the same few lines of the caches.
/// </remarks>
sealed unsafe class UdpSlots : IDisposable
{
    /// <summary>Datagrams a system call.</summary>
    public const int Count = 64;

    /// <summary>65,535 less the UDP and IPv4 headers; IPv6 allows 20 bytes more.</summary>
    public const int DatagramBytesMax = 65_527;

    const int Stride = 65_536 + 320;
    const int NameBytes = 32;
    const int FamilyV4 = 2;
    const int FamilyV6 = 10;

    byte* _memory;
    MessageHeader* _messages;

    public UdpSlots()
    {
        nuint bytes = Count * (Stride + NameBytes + (nuint)sizeof(Vector) + (nuint)sizeof(MessageHeader));
        _memory = (byte*)NativeMemory.Alloc(bytes);
        byte* names = _memory + (Count * Stride);
        Vector* vectors = (Vector*)(names + (Count * NameBytes));
        _messages = (MessageHeader*)(vectors + Count);
        for (int i = 0; i < Count; i++)
        {
            vectors[i] = new Vector { Base = _memory + (i * Stride), Length = DatagramBytesMax };
            _messages[i] = new MessageHeader { Name = names + (i * NameBytes), Vectors = vectors + i, VectorCount = 1 };
        }
    }

    /// <summary>Takes what the socket has, without waiting.</summary>
    /// <returns>Datagrams; 0 when there is none or the socket has a fault, which it reports once (ICMP).</returns>
    public int Receive(int socket)
    {
        for (int i = 0; i < Count; i++)
        {
            _messages[i].NameLength = NameBytes;
        }

        int received = ReceiveMany(socket, _messages, Count, DontWait, 0);
        return Math.Max(received, 0);
    }

    /// <summary>The bytes of a datagram of the last <see cref="Receive"/>.</summary>
    public ReadOnlySpan<byte> Datagram(int index)
    {
        Debug.Assert((uint)index < Count && _messages[index].Length <= DatagramBytesMax, "no such slot");
        return new ReadOnlySpan<byte>(_memory + (index * Stride), (int)_messages[index].Length);
    }

    /// <summary>Who sent it.</summary>
    public PeerAddress Peer(int index)
    {
        Debug.Assert((uint)index < Count, "no such slot");
        // sockaddr_in and sockaddr_in6: family in host order, port in network order, then the address, behind the flow label for IPv6.
        ReadOnlySpan<byte> name = new(_messages[index].Name, NameBytes);
        ushort port = BinaryPrimitives.ReadUInt16BigEndian(name[2..]);
        return MemoryMarshal.Read<ushort>(name) switch
        {
            FamilyV4 => PeerAddress.V4(name.Slice(4, 4), port),
            FamilyV6 => PeerAddress.V6(name.Slice(8, 16), port),
            _ => default,
        };
    }

    public void Dispose()
    {
        NativeMemory.Free(_memory);
        _memory = null;
        _messages = null;
    }
}
