using System.Buffers;
using System.IO.Hashing;
using System.Text;
using Collector.Outputs.Formats;

namespace Collector.Outputs.Loki;

/// <summary>The pairs of app and host that have labels of their own, in the order in which they were first seen; the rest share one. Used by one task.</summary>
/// <remarks>Labels make streams, and streams cost Loki memory: senders must not be able to make them without end. Allocates for a new pair only.</remarks>
/// <param name="countMax">Pairs that are remembered until the process ends.</param>
sealed class LokiOrigins(int countMax)
{
    /// <summary>The pair of all that came after the last one remembered.</summary>
    public const int Other = 0;

    // Loki's limit is 2,048; nobody reads even this.
    const int LabelBytesMax = 128;

    // Nobody outside can find two pairs that collide.
    readonly long _seed = Random.Shared.NextInt64();
    readonly Dictionary<UInt128, int> _byKey = [];
    readonly List<byte[]> _labels = [Encode("other"u8, "other"u8)];

    /// <returns>Number of the pair, for <see cref="Labels"/>.</returns>
    public int Find(ReadOnlySpan<byte> app, ReadOnlySpan<byte> host)
    {
        UInt128 key = new(XxHash3.HashToUInt64(app, _seed), XxHash3.HashToUInt64(host, _seed));
        if (_byKey.TryGetValue(key, out int known))
        {
            return known;
        }

        if (_byKey.Count == countMax)
        {
            return Other;
        }

        _labels.Add(Encode(app, host));
        _byKey.Add(key, _labels.Count - 1);
        return _labels.Count - 1;
    }

    /// <summary>JSON: <c>"app":"…","host":"…"</c>.</summary>
    public ReadOnlySpan<byte> Labels(int origin) => _labels[origin];

    static byte[] Encode(ReadOnlySpan<byte> app, ReadOnlySpan<byte> host)
    {
        using PayloadBuffer to = new(512);
        to.Write("\"app\":"u8);
        JsonText.Write(to, Clean(app));
        to.Write(",\"host\":"u8);
        JsonText.Write(to, Clean(host));
        return to.Span.ToArray();
    }

    /// <summary>Short, UTF-8, without controls and blanks at the ends; never empty, since an empty label is none.</summary>
    static byte[] Clean(ReadOnlySpan<byte> value)
    {
        StringBuilder clean = new();
        int bytes = 0;
        value = value.Trim((byte)' ');
        while (!value.IsEmpty)
        {
            bool isGood = Rune.DecodeFromUtf8(value, out Rune rune, out int consumed) == OperationStatus.Done;
            Rune kept = isGood && !Rune.IsControl(rune) ? rune : new Rune('_');
            bytes += kept.Utf8SequenceLength;
            if (bytes > LabelBytesMax)
            {
                break;
            }

            clean.Append(kept.ToString());
            value = value[consumed..];
        }

        return clean.Length == 0 ? "unknown"u8.ToArray() : Encoding.UTF8.GetBytes(clean.ToString());
    }
}
