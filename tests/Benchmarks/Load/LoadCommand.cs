using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Benchmarks.Load;

/// <summary>Sends pre-built lines over TCP or UDP, flat out or at a rate, and ends.</summary>
static class LoadCommand
{
    const int LinesBuilt = 50_000;
    const int WriteBytes = 64 * 1024;

    /// <summary><c>load tcp|udp ADDRESS:PORT [--count N] [--rate N] [--octet] [--single] [--bytes N] [--file FILE]</c></summary>
    public static int Run(string[] args)
    {
        if (args.Length < 2)
        {
            Console.Error.WriteLine("load tcp|udp ADDRESS:PORT [--count 1000000] [--rate 0 (flat out)] [--bytes 190 | --file FILE (a line each)] [--octet] [--single (one write a line)]");
            return 2;
        }

        Arguments options = new(args);
        long count = options.Number("count", 1_000_000), rate = options.Number("rate", 0);
        byte[][] lines = options.Text("file") is { } file ? ReadLines(file) : LogLines.Make(LinesBuilt, bytes: (int)options.Number("bytes", 190));
        IPEndPoint target = IPEndPoint.Parse(args[1]);
        Stopwatch watch = Stopwatch.StartNew();
        double cpu = Cpu();
        if (args[0] == "udp")
        {
            SendUdp(target, lines, count, rate);
        }
        else
        {
            SendTcp(target, lines, count, rate, options.Has("octet"), options.Has("single"));
        }

        double seconds = watch.Elapsed.TotalSeconds;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"sent {count} in {seconds:F2} s, {count / seconds:F0}/s, {(Cpu() - cpu) / count * 1e6:F3} CPU s/M to send"));
        return 0;
    }

    /// <summary><c>lines FILE [--lines N] [--bytes N]</c>: a load file for any sender.</summary>
    public static int WriteLines(string[] args)
    {
        Arguments options = new(args);
        int left = (int)options.Number("lines", 2_000_000);
        using FileStream file = File.Create(args[0]);
        // In parts: the texts as strings are larger than the file.
        for (int seed = 1; left > 0; seed++, left -= LinesBuilt)
        {
            foreach (byte[] line in LogLines.Make(Math.Min(left, LinesBuilt), seed, (int)options.Number("bytes", 190)))
            {
                file.Write(line);
                file.WriteByte((byte)'\n');
            }
        }

        return 0;
    }

    static byte[][] ReadLines(string file)
    {
        List<byte[]> lines = [];
        ReadOnlySpan<byte> rest = File.ReadAllBytes(file);
        for (int end; (end = rest.IndexOf((byte)'\n')) >= 0; rest = rest[(end + 1)..])
        {
            lines.Add(rest[..end].ToArray());
        }

        return [.. lines];
    }

    static void SendTcp(IPEndPoint target, byte[][] lines, long count, long rate, bool isOctet, bool isSingle)
    {
        using Socket socket = new(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(target);
        byte[] buffer = new byte[WriteBytes + 4096];
        int used = 0;
        Pace pace = new(rate);
        for (long i = 0; i < count; i++)
        {
            byte[] line = lines[i % lines.Length];
            if (isOctet)
            {
                line.Length.TryFormat(buffer.AsSpan(used), out int digits, default, CultureInfo.InvariantCulture);
                used += digits;
                buffer[used++] = (byte)' ';
            }

            line.CopyTo(buffer, used);
            used += line.Length;
            if (!isOctet)
            {
                buffer[used++] = (byte)'\n';
            }

            if (isSingle || used >= WriteBytes || i == count - 1 || pace.IsAhead(i))
            {
                socket.Send(buffer.AsSpan(0, used));
                used = 0;
                pace.Wait(i);
            }
        }

        socket.Shutdown(SocketShutdown.Send);
        socket.Receive(buffer);
    }

    static void SendUdp(IPEndPoint target, byte[][] lines, long count, long rate)
    {
        using Socket socket = new(target.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(target);
        using DatagramBurst burst = new(lines);
        Pace pace = new(rate);
        for (long i = 0; i < count;)
        {
            int sent = burst.Send((int)socket.SafeHandle.DangerousGetHandle(), (int)Math.Min(count - i, pace.Allowed(i)));
            i += sent;
            if (pace.IsAhead(i))
            {
                pace.Wait(i);
            }
        }
    }

    static double Cpu() => Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds;
}
