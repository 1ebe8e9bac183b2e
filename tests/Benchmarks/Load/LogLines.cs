using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Benchmarks.Load;

/// <summary>Syslog lines of about 190 bytes, half RFC 3164 and half RFC 5424, the numbers redrawn: they repeat as templates and not byte for byte.</summary>
static partial class LogLines
{
    // Thousands of lines a second.
    const int LinesPerSecond = 2_000;

    static readonly DateTime Start = new(2026, 11, 20, 23, 50, 0, DateTimeKind.Utc);

    /// <param name="count">Lines to make; the same for the same seed.</param>
    /// <param name="seed">Of the numbers.</param>
    /// <param name="bytes">Length to come close to; bodies are taken as they are, short ones side by side.</param>
    public static byte[][] Make(int count, int seed = 1, int bytes = 190)
    {
        (string App, string Text)[] bodies = Bodies();
        Random random = new(seed);
        byte[][] lines = new byte[count][];
        for (int i = 0; i < count; i++)
        {
            StringBuilder line = new();
            int priority = (8 * random.Next(24)) + random.Next(8);
            (int body, int host) = (random.Next(bodies.Length), random.Next(10, 50));
            // Clocks go on, and hosts are not quite in step.
            DateTime stamp = Start + (TimeSpan.FromSeconds(1.0 / LinesPerSecond) * i) + TimeSpan.FromMicroseconds(random.Next(100_000));
            if (i % 2 == 0)
            {
                line.Append(CultureInfo.InvariantCulture, $"<{priority}>{stamp:MMM} {stamp.Day,2} {stamp:HH:mm:ss} web{host} {bodies[body].App}[1234]: ");
            }
            else
            {
                line.Append(CultureInfo.InvariantCulture, $"<{priority}>1 {stamp:yyyy-MM-ddTHH:mm:ss.ffffff}Z web{host} {bodies[body].App} 1234 ID47 - ");
            }

            for (; line.Length < bytes - 20; body = (body + 1) % bodies.Length)
            {
                line.Append(Redraw(bodies[body].Text, random)).Append(' ');
            }

            lines[i] = Encoding.UTF8.GetBytes(line.ToString(0, Math.Min(line.Length - 1, bytes + 40)));
        }

        return lines;
    }

    static (string App, string Text)[] Bodies()
    {
        string path = Find("models/dev.jsonl");
        return [.. File.ReadLines(path).Select(line =>
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            string app = root.GetProperty("app").GetString()!.Replace(' ', '_');
            return (app.Length > 0 ? app : "app", root.GetProperty("msg").GetString()!.ReplaceLineEndings(" "));
        })];
    }

    /// <summary>Other numbers, addresses and ids of the same template, and of other lengths where that makes no other template.</summary>
    static string Redraw(string text, Random random) => Number().Replace(text, number =>
        number.Groups["address"].Success ? $"{random.Next(256)}.{random.Next(256)}.{random.Next(256)}.{random.Next(256)}"
        : number.Groups["id"].Success ? $"{random.Next(1, 10)}{(char)('a' + random.Next(6))}{random.GetHexString(number.Length - 2, lowercase: true)}"
        : number.Groups["count"].Success ? $"{random.Next(1, 10)}{random.GetString("0123456789", number.Length - 1 + random.Next(-1, 2))}"

        // The leading digit stays: short numbers are folded to it.
        : number.Value[0] + random.GetString("0123456789", number.Length - 1));

    [GeneratedRegex(@"\b(?<address>\d{1,3}(\.\d{1,3}){3})\b|\b(?<id>(?=\d*[a-f])(?=[a-f]*\d)[0-9a-f]{8,})\b|\b(?<count>\d{5,})\b|\d+", RegexOptions.ExplicitCapture)]
    private static partial Regex Number();

    static string Find(string file)
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, file)))
            {
                return Path.Combine(folder, file);
            }
        }

        throw new FileNotFoundException("Run inside the checkout.", file);
    }
}
