using System.Text.Unicode;
using Receivers.Otlp.Reading;

namespace Receivers.Otlp;

/// <summary>Which part of a structured body a person would read first.</summary>
static class OtlpBodyText
{
    /// <summary>By rank: what logging libraries and agents call the message.</summary>
    static readonly byte[][] Keys =
    [
        "message"u8.ToArray(), "msg"u8.ToArray(), "body"u8.ToArray(), "log"u8.ToArray(), "event"u8.ToArray(), "MESSAGE"u8.ToArray(), "text"u8.ToArray(),
    ];

    /// <returns>False when only a rendering of the whole value will do.</returns>
    public static bool TryFind(scoped in OtlpValue body, out ReadOnlySpan<byte> text)
    {
        text = default;
        switch (body.Kind)
        {
            case OtlpValueKind.Empty:
                return true;
            case OtlpValueKind.Text:
                text = body.Content;
                return true;
            case OtlpValueKind.Bytes when Utf8.IsValid(body.Content):
                text = body.Content;
                return true;
            case OtlpValueKind.Map:
                return TryFindKey(in body, out text);
            default:
                return false;
        }
    }

    static bool TryFindKey(scoped in OtlpValue body, out ReadOnlySpan<byte> text)
    {
        text = default;
        int best = Keys.Length;
        foreach (OtlpPair pair in body.Pairs)
        {
            if (pair.Value.Kind == OtlpValueKind.Text && !pair.Value.Content.IsEmpty)
            {
                int rank = Rank(pair.Key, best);
                if (rank < best)
                {
                    best = rank;
                    text = pair.Value.Content;
                }
            }
        }

        return best < Keys.Length;
    }

    static int Rank(ReadOnlySpan<byte> key, int below)
    {
        for (int i = 0; i < below; i++)
        {
            if (key.SequenceEqual(Keys[i]))
            {
                return i;
            }
        }

        return below;
    }
}
