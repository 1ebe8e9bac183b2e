using System.Text;
using System.Text.Json;
using Tests.Shared;

namespace Classifier.Tests.Shared;

/// <summary>Real log lines: those of the checkout, and the larger corpus where it lies beside it.</summary>
static class LogLines
{
    /// <summary>Records of <c>models/dev.jsonl</c> and of the vectors.</summary>
    public static IReadOnlyList<LogLine> Shipped { get; } =
        [.. Read(Repository.PathTo("models", "dev.jsonl")), .. ModelVectors.All.Select(vector => new LogLine(vector.App, vector.Body))];

    /// <summary>The shipped lines, then the corpus folder's.</summary>
    public static IEnumerable<LogLine> All => Shipped.Concat(Corpus);

    static IEnumerable<LogLine> Corpus
    {
        get
        {
            string folder = Path.GetFullPath(Repository.PathTo("..", "shared", "corpus"));
            return Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.jsonl").SelectMany(Read) : [];
        }
    }

    static IEnumerable<LogLine> Read(string path)
    {
        foreach (string line in File.ReadLines(path))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            yield return new LogLine(
                document.RootElement.TryGetProperty("app", out JsonElement app) ? Bytes(app) : [], Bytes(document.RootElement.GetProperty("msg")));
        }
    }

    static byte[] Bytes(JsonElement text) => Encoding.UTF8.GetBytes(text.GetString() ?? "");
}

sealed record LogLine(byte[] App, byte[] Body);
