using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Benchmarks.Load;

/// <summary>Syslog lines of about 190 bytes, the numbers in them redrawn, so that lines repeat as templates and not byte for byte.</summary>
static class LogLines
{
    /// <param name="count">Lines to make; the same for the same seed.</param>
    /// <param name="seed">Of the numbers.</param>
    /// <param name="bytes">Length to come close to; bodies are taken as they are, short ones side by side.</param>
    public static byte[][] Make(int count, int seed = 1, int bytes = 190)
    {
        string[] bodies = Bodies();
        Random random = new(seed);
        byte[][] lines = new byte[count][];
        for (int i = 0; i < count; i++)
        {
            StringBuilder line = new();
            line.Append(CultureInfo.InvariantCulture, $"<{(8 * random.Next(24)) + random.Next(8)}>Nov {random.Next(10, 26)} {random.Next(10, 24)}:{random.Next(10, 60)}:{random.Next(10, 60)} ");
            line.Append(CultureInfo.InvariantCulture, $"web{random.Next(1, 40)} ");
            int body = random.Next(bodies.Length);
            for (; line.Length < bytes - 20; body = (body + 1) % bodies.Length)
            {
                line.Append(Redraw(bodies[body], random)).Append(' ');
            }

            lines[i] = Encoding.UTF8.GetBytes(line.ToString(0, Math.Min(line.Length - 1, bytes + 40)));
        }

        return lines;
    }

    static string[] Bodies()
    {
        string path = Find("models/dev.jsonl");
        return [.. File.ReadLines(path).Select(line =>
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            return $"{root.GetProperty("app").GetString()}[1234]: {root.GetProperty("msg").GetString()}".ReplaceLineEndings(" ");
        })];
    }

    static string Redraw(string text, Random random) => string.Create(text.Length, (text, random), static (to, state) =>
    {
        for (int i = 0; i < to.Length; i++)
        {
            to[i] = char.IsAsciiDigit(state.text[i]) ? (char)('1' + state.random.Next(9)) : state.text[i];
        }
    });

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
