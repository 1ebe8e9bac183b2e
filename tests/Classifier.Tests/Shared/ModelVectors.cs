using System.Text.Json;
using Tests.Shared;

namespace Classifier.Tests.Shared;

/// <summary>One line of <c>models/vectors.jsonl</c>: the reference's answer to a record.</summary>
sealed record ModelVector(byte[] App, byte[] Body, byte[] Text, int[] Ids);

static class ModelVectors
{
    public static IReadOnlyList<ModelVector> All { get; } =
        [.. File.ReadLines(Repository.PathTo("models", "vectors.jsonl")).Where(line => line.Length > 0).Select(Parse)];

    static ModelVector Parse(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        JsonElement root = document.RootElement;
        return new ModelVector(
            root.GetProperty("app_base64").GetBytesFromBase64(),
            root.GetProperty("body_base64").GetBytesFromBase64(),
            root.GetProperty("text_base64").GetBytesFromBase64(),
            [.. root.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())]);
    }
}
