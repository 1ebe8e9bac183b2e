using System.Text.Json;
using Classifier.Inference;
using Classifier.Normalizing;

namespace Classifier.Models;

/// <summary>The records of a model's <c>vectors.jsonl</c> through our own steps: text, token ids and logits must be those of the model's makers.</summary>
static class VectorTest
{
    public const string FileName = "vectors.jsonl";

    /// <summary>Records that are run; a quarter of a second. Text and ids of all are compared.</summary>
    const int RunsMax = 64;

    /// <summary>How far a logit may be off: float rounding on another kind of CPU may flip single quantisation steps (<c>models/MODEL_CARD.md</c>).</summary>
    const float Tolerance = 0.15f;

    /// <param name="model">Just loaded.</param>
    /// <param name="jsonLines">The file: an object a line with <c>app_base64</c>, <c>body_base64</c> and what to compare of <c>text_base64</c>, <c>ids</c>,
    /// <c>severity_logits</c> and <c>category_logits</c>.</param>
    /// <returns>Null when all are equal, else which line differs and in what.</returns>
    public static string? Run(Model model, ReadOnlySpan<byte> jsonLines)
    {
        ModelRunner runner = model.Rent()!;
        try
        {
            int number = 0;
            int runs = 0;
            foreach (Range range in jsonLines.Split((byte)'\n'))
            {
                number++;
                ReadOnlySpan<byte> line = jsonLines[range].Trim(" \t\r"u8);
                if (!line.IsEmpty && Compare(runner, model, line, ref runs) is { } problem)
                {
                    return $"{FileName}: line {number}: {problem}";
                }
            }

            return null;
        }
        finally
        {
            model.Return(runner);
        }
    }

    static string? Compare(ModelRunner runner, Model model, ReadOnlySpan<byte> line, ref int runs)
    {
        try
        {
            Utf8JsonReader reader = new(line);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            JsonElement vector = document.RootElement;
            byte[] buffer = new byte[Normalizer.TextBytesMax];
            int length = Normalizer.Normalize(
                vector.GetProperty("app_base64").GetBytesFromBase64(), vector.GetProperty("body_base64").GetBytesFromBase64(), buffer);
            ReadOnlySpan<byte> text = buffer.AsSpan(0, length);
            if (vector.TryGetProperty("text_base64", out JsonElement expected) && !text.SequenceEqual(expected.GetBytesFromBase64()))
            {
                return "the normalised text differs";
            }

            int count = model.Tokenizer.Encode(text, runner.Ids);
            if (vector.TryGetProperty("ids", out JsonElement ids) && !ids.EnumerateArray().Select(id => id.GetInt32()).SequenceEqual(runner.Ids.Take(count)))
            {
                return "the token ids differ";
            }

            if (runs == RunsMax)
            {
                return null;
            }

            runs++;
            _ = runner.Run(runner.Ids.AsSpan(0, count));
            return CompareLogits(vector, "severity_logits", runner.SeverityLogits) ?? CompareLogits(vector, "category_logits", runner.CategoryLogits);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return "not a vector: " + e.Message;
        }
    }

    static string? CompareLogits(JsonElement vector, string name, ReadOnlySpan<float> logits)
    {
        if (!vector.TryGetProperty(name, out JsonElement list))
        {
            return null;
        }

        float[] expected = [.. list.EnumerateArray().Select(logit => logit.GetSingle())];
        if (expected.Length != logits.Length)
        {
            return $"{expected.Length} {name}, the model gives {logits.Length}";
        }

        for (int i = 0; i < expected.Length; i++)
        {
            // Not "greater": nothing is near to NaN.
            if (!(MathF.Abs(expected[i] - logits[i]) <= Tolerance))
            {
                return FormattableString.Invariant($"{name}[{i}] is {logits[i]:0.###}, must be {expected[i]:0.###}");
            }
        }

        return null;
    }
}
