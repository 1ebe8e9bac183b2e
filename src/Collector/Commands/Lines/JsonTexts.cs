using System.Text;
using System.Text.Json;
using Receivers;

namespace Collector.Commands.Lines;

/// <summary>Puts the decoded texts of a JSON line where the line was: decoding never makes a text longer.</summary>
sealed class JsonTexts(RecordBatch batch, Slice line)
{
    int _used;

    /// <summary>Appends a record with these texts.</summary>
    public void Add(Slice app, Slice body, byte severityNumber)
    {
        ref LogRecord record = ref batch.Add();
        record.Original = line;
        record.AppName = app;
        record.Body = body;
        record.SeverityNumber = severityNumber;
    }

    /// <summary>The text of a property; empty when it is not there or no text.</summary>
    public Slice Write(JsonElement owner, string property) =>
        owner.ValueKind is JsonValueKind.Object && owner.TryGetProperty(property, out JsonElement value) && value.ValueKind is JsonValueKind.String ? Write(value) : default;

    /// <summary>A string decoded, an array of small numbers as the bytes it stands for, and anything else as its JSON.</summary>
    public Slice Write(JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.Array && TryBytes(value) is { } bytes)
        {
            return Write(bytes);
        }

        return Write(Encoding.UTF8.GetBytes(value.ValueKind is JsonValueKind.String ? value.GetString()! : value.GetRawText()));
    }

    static byte[]? TryBytes(JsonElement array)
    {
        byte[] bytes = new byte[array.GetArrayLength()];
        int length = 0;
        foreach (JsonElement item in array.EnumerateArray())
        {
            if (item.ValueKind is not JsonValueKind.Number || !item.TryGetByte(out bytes[length++]))
            {
                return null;
            }
        }

        return bytes;
    }

    Slice Write(ReadOnlySpan<byte> text)
    {
        // Never longer unless a document repeats itself, which JSON cannot.
        int length = Math.Min(text.Length, line.Length - _used);
        text[..length].CopyTo(batch.Buffer.AsSpan(line.Offset + _used));
        Slice slice = new(line.Offset + _used, length);
        _used += length;
        return slice;
    }
}
