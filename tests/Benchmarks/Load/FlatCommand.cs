using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Benchmarks.Load;

/// <summary>CPU per record over connections, templates and line lengths: a table on standard output, and a plot.</summary>
static class FlatCommand
{
    const int LinesPerWrite = 10;

    static readonly string[] Syllables = ["ba", "ko", "ri", "tu", "ne", "lo", "sa", "mi", "du", "fe", "ga", "po", "ze", "vi", "xu", "ha"];

    /// <summary><c>flat BINARY PLOT.svg [--records 2000000]</c></summary>
    public static async Task<int> RunAsync(string[] args)
    {
        long records = new Arguments(args).Number("records", 2_000_000);
        List<(string Series, string Point, double Cost)> points = [];
        Console.WriteLine("| what varies | value | records | CPU s per million | resident MB |");
        Console.WriteLine("|---|---|---|---|---|");
        byte[][] typical = LogLines.Make(20_000);
        foreach (int connections in new[] { 1, 10, 100, 1_000, 10_000 })
        {
            await MeasureAsync("connections", connections, connections, i => typical[i % typical.Length], records, typical.Length);
        }

        foreach (int bytes in new[] { 60, 190, 1_024, 8_192 })
        {
            byte[][] lines = LogLines.Make(5_000, bytes: bytes);
            await MeasureAsync("bytes a line", bytes, 1, i => lines[i % lines.Length], bytes > 1_000 ? records / 4 : records, lines.Length);
        }

        foreach (int templates in new[] { 1_000, 100_000, 10_000_000 })
        {
            // The model reads some 200 new texts a second: a hundred thousand are not all known in the time of a measurement, which is as it is in life.
            await MeasureAsync("templates", templates, 1, i => Template(i % templates), Math.Max(records, templates), Math.Min(templates, 2_000));
        }

        File.WriteAllText(args[1], FlatPlot.Draw(points));
        return 0;

        async Task MeasureAsync(string series, int value, int connections, Func<long, byte[]> line, long count, int known)
        {
            using Subject subject = await Subject.StartAsync(args[0], "outputs: {}");
            Socket[] sockets = [.. Enumerable.Range(0, connections).Select(_ => subject.Connect())];
            Send(sockets[..1], line, 2L * known, rate: 5_000);
            await subject.SettleAsync(2 * known);
            double before = subject.Cpu();
            Send(sockets, line, count, rate: 0);
            await subject.SettleAsync((2 * known) + count);
            double cost = (subject.Cpu() - before) / count * 1e6;
            points.Add((series, value.ToString("N0", CultureInfo.InvariantCulture), cost));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {series} | {value:N0} | {count:N0} | {cost:F2} | {subject.ResidentMb()} |"));
            foreach (Socket socket in sockets)
            {
                socket.Dispose();
            }
        }
    }

    /// <summary>Ten lines a write, the connections in turn.</summary>
    static void Send(Socket[] sockets, Func<long, byte[]> line, long count, long rate)
    {
        Pace pace = new(rate);
        List<byte> piece = [];
        for (long i = 0; i < count; i += LinesPerWrite)
        {
            piece.Clear();
            for (long n = i; n < Math.Min(i + LinesPerWrite, count); n++)
            {
                piece.AddRange(line(n));
                piece.Add((byte)'\n');
            }

            sockets[i / LinesPerWrite % sockets.Length].Send(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(piece));
            pace.Wait(i);
        }
    }

    /// <summary>A line of its own for each number, without digits that would be folded.</summary>
    static byte[] Template(long number)
    {
        StringBuilder text = new("<13>Nov 25 10:11:12 web1 app[1]: the service ");
        for (int i = 0; i < 8; i++, number >>= 4)
        {
            text.Append(Syllables[number & 15]).Append(i % 2 == 1 ? ' ' : 'n');
        }

        return Encoding.ASCII.GetBytes(text.Append("has finished its work on the item that it was given by the scheduler and waits for the next one").ToString());
    }
}
