using System.Text;

namespace Classifier.Tests.Shared;

/// <summary>ONNX networks of a few hundred bytes: the mean of the token ids times a weight a label. Fast, and wrong in whatever way a test needs.</summary>
static class TinyModel
{
    // Source of the field numbers and enum values: onnx/onnx.proto.
    const int Float = 1;
    const int Int64 = 7;
    const int AttributeInt = 2;
    const int AttributeInts = 7;

    public const string Vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\nerror\nlost\n";

    public const string Card = """
        {"name":"tiny","file":"tiny.onnx","vocabulary":"vocab.txt","max_tokens":16,
         "severities":["debug","info","warning","error","critical"],
         "categories":["routine","security","hardware","storage","resource","network","availability","application"]}
        """;

    /// <param name="severities">Width of the output <c>severity_logits</c>.</param>
    /// <param name="weight">Of the last severity; NaN makes the outputs NaN.</param>
    /// <param name="inputType">1 for float, 7 for int64.</param>
    /// <param name="extraInput">A third input, such as <c>token_type_ids</c>.</param>
    /// <param name="categoryOutput">Name of the second output; null for a network of one head.</param>
    /// <param name="severityOutput">Name of the first.</param>
    public static byte[] Network(
        int severities = 5, float weight = 0.1f, int inputType = Int64, string? extraInput = null, string? categoryOutput = "category_logits",
        string severityOutput = "severity_logits")
    {
        List<byte> graph = [];
        Node(graph, "Cast", ["input_ids"], "ids", Attribute("to", AttributeInt, Int(3, Float)));
        Node(graph, "ReduceMean", ["ids"], "mean", Attribute("axes", AttributeInts, Int(8, 1)));
        Node(graph, "MatMul", ["mean", "severity_weights"], severityOutput);
        if (categoryOutput is not null)
        {
            Node(graph, "MatMul", ["mean", "category_weights"], categoryOutput);
            Weights(graph, "category_weights", 8, 0.1f);
        }

        graph.AddRange(Bytes(2, "tiny"u8));
        Weights(graph, "severity_weights", severities, weight);
        foreach (string input in new[] { "input_ids", "attention_mask", extraInput }.OfType<string>())
        {
            graph.AddRange(Bytes(11, Value(input, inputType, Dimension("batch"), Dimension("tokens"))));
        }

        graph.AddRange(Bytes(12, Value(severityOutput, Float, Dimension("batch"), Dimension(severities))));
        if (categoryOutput is not null)
        {
            graph.AddRange(Bytes(12, Value(categoryOutput, Float, Dimension("batch"), Dimension(8))));
        }

        return [.. Int(1, 8), .. Bytes(7, [.. graph]), .. Bytes(8, Int(2, 13))];
    }

    /// <summary>Writes a whole model folder.</summary>
    public static void Write(string folder, byte[]? network = null, string card = Card, string vocabulary = Vocabulary)
    {
        File.WriteAllText(Path.Combine(folder, "model.json"), card);
        File.WriteAllText(Path.Combine(folder, "vocab.txt"), vocabulary);
        File.WriteAllBytes(Path.Combine(folder, "tiny.onnx"), network ?? Network());
    }

    static void Node(List<byte> graph, string type, string[] inputs, string output, byte[]? attribute = null) => graph.AddRange(Bytes(1,
        [.. inputs.SelectMany(input => Text(1, input)), .. Text(2, output), .. Text(4, type), .. attribute is null ? [] : Bytes(5, attribute)]));

    static byte[] Attribute(string name, int type, byte[] value) => [.. Text(1, name), .. value, .. Int(20, type)];

    static void Weights(List<byte> graph, string name, int width, float last)
    {
        byte[] data = [.. Enumerable.Range(0, width).SelectMany(i => BitConverter.GetBytes(i == width - 1 ? last : 0.01f * i))];
        graph.AddRange(Bytes(5, [.. Int(1, 1), .. Int(1, width), .. Int(2, Float), .. Text(8, name), .. Bytes(9, data)]));
    }

    static byte[] Value(string name, int type, params byte[][] shape) =>
        [.. Text(1, name), .. Bytes(2, Bytes(1, [.. Int(1, type), .. Bytes(2, [.. shape.SelectMany(size => Bytes(1, size))])]))];

    static byte[] Dimension(long size) => Int(1, size);

    static byte[] Dimension(string name) => Text(2, name);

    static byte[] Text(int field, string text) => Bytes(field, Encoding.UTF8.GetBytes(text));

    static byte[] Bytes(int field, ReadOnlySpan<byte> content) => [.. Varint((field << 3) | 2), .. Varint(content.Length), .. content];

    static byte[] Int(int field, long value) => [.. Varint(field << 3), .. Varint(value)];

    static List<byte> Varint(long value)
    {
        List<byte> bytes = [];
        for (; value > 0x7F; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        bytes.Add((byte)value);
        return bytes;
    }
}
