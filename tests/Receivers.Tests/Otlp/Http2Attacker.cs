using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Receivers.Tests.Otlp;

/// <summary>A client that writes HTTP/2 frames byte by byte, as no library would.</summary>
sealed class Http2Attacker : IDisposable
{
    public const byte Data = 0, Headers = 1, ResetStream = 3, Settings = 4, Ping = 6, GoAway = 7, Continuation = 9;
    public const byte EndStream = 1, EndHeaders = 4;

    // POST, http, "/v1/logs", authority "a", and the content type of OTLP; literals without Huffman coding. Source: RFC 7541.
    public static readonly byte[] PostLogs =
        [0x83, 0x86, 0x04, 8, .. "/v1/logs"u8, 0x01, 1, (byte)'a', 0x0F, 0x10, 22, .. "application/x-protobuf"u8];

    readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    Task _reading = Task.CompletedTask;

    public bool SawGoAway { get; private set; }

    /// <summary>Connects, says hello and reads whatever comes.</summary>
    /// <param name="address">Of the server.</param>
    /// <param name="settings">Pairs of 6 bytes.</param>
    public static async Task<Http2Attacker> ConnectAsync(Uri address, byte[]? settings = null)
    {
        Http2Attacker attacker = new();
        await attacker._socket.ConnectAsync(IPAddress.Loopback, address.Port);
        byte[] hello = [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. Frame(Settings, 0, 0, settings ?? [])];
        await attacker.SendAsync(hello);
        attacker._reading = attacker.ReadAsync();
        return attacker;
    }

    public static byte[] Frame(byte type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        byte[] frame = new byte[9 + payload.Length];
        frame[0] = (byte)(payload.Length >> 16);
        frame[1] = (byte)(payload.Length >> 8);
        frame[2] = (byte)payload.Length;
        frame[3] = type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame.AsSpan(9));
        return frame;
    }

    /// <summary>A header that is nobody's: <c>xN: v</c>.</summary>
    public static byte[] SmallHeader(int n)
    {
        byte[] name = Encoding.ASCII.GetBytes($"x{n}");
        return [0x00, (byte)name.Length, .. name, 1, (byte)'v'];
    }

    /// <returns>False: the connection is closed.</returns>
    public async Task<bool> SendAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            for (; bytes.Length > 0; bytes = bytes[await _socket.SendAsync(bytes)..])
            {
            }

            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Until the server has closed the connection.</summary>
    public Task ClosedAsync(TimeSpan within) => _reading.WaitAsync(within);

    public bool IsClosed => _reading.IsCompleted;

    public void Dispose() => _socket.Dispose();

    async Task ReadAsync()
    {
        byte[] buffer = new byte[64 * 1024];
        try
        {
            for (int read; (read = await _socket.ReceiveAsync(buffer)) > 0;)
            {
                // Frames of the server start its writes; good enough to see a GOAWAY.
                SawGoAway |= read > 8 && buffer[3] == GoAway;
            }
        }
        catch (SocketException)
        {
            // Reset: closed as well.
        }
        catch (ObjectDisposedException)
        {
            // By the test.
        }
    }
}
