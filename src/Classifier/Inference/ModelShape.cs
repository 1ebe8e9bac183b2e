using Classifier.Models;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Classifier.Inference;

/// <summary>Whether a network has the inputs and outputs that its card promises.</summary>
static class ModelShape
{
    /// <returns>Null when it fits, else the first thing that does not.</returns>
    public static string? Check(InferenceSession session, ModelCard card)
    {
        foreach ((string name, NodeMetadata input) in session.InputMetadata)
        {
            if (name is not (Model.InputIds or Model.AttentionMask or Model.TokenTypeIds))
            {
                return $"input '{name}' is not known (known: {Model.InputIds}, {Model.AttentionMask}, {Model.TokenTypeIds})";
            }

            if (input.ElementDataType != TensorElementType.Int64 || input.Dimensions.Length != 2 || input.Dimensions.Any(size => size > 1))
            {
                return $"input '{name}' is {Describe(input)}, must be int64 [batch, tokens] with both free";
            }
        }

        string? missing = new[] { Model.InputIds, Model.AttentionMask }.FirstOrDefault(name => !session.InputMetadata.ContainsKey(name));
        return missing is not null
            ? $"input '{missing}' is missing"
            : CheckOutput(session, card.SeverityOutput, card.Severities.Length)
                ?? (card.Categories.Length > 0 ? CheckOutput(session, card.CategoryOutput, card.Categories.Length) : null);
    }

    static string? CheckOutput(InferenceSession session, string name, int labels)
    {
        if (!session.OutputMetadata.TryGetValue(name, out NodeMetadata? output))
        {
            return $"output '{name}' is missing (there: {string.Join(", ", session.OutputMetadata.Keys)})";
        }

        // A free second dimension is settled by the self-test's run.
        return output.ElementDataType == TensorElementType.Float && output.Dimensions.Length == 2 && (output.Dimensions[1] == labels || output.Dimensions[1] < 0)
            ? null
            : $"output '{name}' is {Describe(output)}, must be float [batch, {labels}] for the labels of {ModelCard.FileName} or config.json";
    }

    static string Describe(NodeMetadata node) =>
        $"{node.ElementDataType.ToString().ToLowerInvariant()} [{string.Join(", ", node.Dimensions.Select(size => size < 0 ? "free" : $"{size}"))}]";
}
