using System.Text;
using System.Text.Json;

namespace Benchmarks.Normalizing;

/// <summary>The records of <c>models/dev.jsonl</c>, in a fixed order that has nothing to do with their labels.</summary>
static class BenchmarkLines
{
    public static (byte[] App, byte[] Body)[] Read()
    {
        (byte[] App, byte[] Body)[] lines = [.. File.ReadLines(PathTo("models", "dev.jsonl")).Select(Parse)];
        new Random(1).Shuffle(lines);
        return lines;
    }

    public static string PathTo(params string[] parts)
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Collector.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return Path.Combine([folder ?? throw new InvalidOperationException("No Collector.sln above the benchmarks."), .. parts]);
    }

    static (byte[] App, byte[] Body) Parse(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        JsonElement root = document.RootElement;
        return (Encoding.UTF8.GetBytes(root.GetProperty("app").GetString()!), Encoding.UTF8.GetBytes(root.GetProperty("msg").GetString()!));
    }
}
