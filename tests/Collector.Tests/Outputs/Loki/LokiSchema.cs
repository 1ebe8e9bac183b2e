using System.Text.Json;
using System.Text.RegularExpressions;

namespace Collector.Tests.Outputs.Loki;

/// <summary>What Loki's documentation says of a push request, checked.</summary>
static partial class LokiSchema
{
    public static void Check(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        Assert.Equal(["streams"], document.RootElement.EnumerateObject().Select(p => p.Name));
        foreach (JsonElement stream in document.RootElement.GetProperty("streams").EnumerateArray())
        {
            Assert.Equal(["stream", "values"], stream.EnumerateObject().Select(p => p.Name));
            // At most 15 labels, none empty, names as Prometheus has them, values up to 2,048 bytes.
            JsonProperty[] labels = [.. stream.GetProperty("stream").EnumerateObject()];
            Assert.InRange(labels.Length, 1, 15);
            Assert.All(labels, label =>
            {
                Assert.Matches(Name(), label.Name);
                Assert.InRange(label.Value.GetString()!.Length, 1, 2048);
            });
            Assert.NotEqual(0, stream.GetProperty("values").GetArrayLength());
            foreach (JsonElement value in stream.GetProperty("values").EnumerateArray())
            {
                // Time in nanoseconds as a text, the line, structured metadata of texts.
                Assert.Equal(3, value.GetArrayLength());
                Assert.Matches(Nanoseconds(), value[0].GetString()!);
                Assert.Equal(JsonValueKind.String, value[1].ValueKind);
                JsonProperty[] metadata = [.. value[2].EnumerateObject()];
                Assert.Equal(metadata.Length, metadata.Select(m => m.Name).Distinct().Count());
                Assert.All(metadata, entry =>
                {
                    Assert.Matches(Name(), entry.Name);
                    Assert.NotEqual("", entry.Value.GetString());
                });
            }
        }
    }

    [GeneratedRegex("^[a-zA-Z_][a-zA-Z0-9_]*$")]
    private static partial Regex Name();

    [GeneratedRegex("^[0-9]{19}$")]
    private static partial Regex Nanoseconds();
}
