using System.Text;

namespace Receivers.Syslog;

/// <summary>Lets through one line of log per sender and minute about records whose header could not be read.</summary>
/// <remarks>Safe on any thread. A fixed table: two senders in one place share its line, and a flood of senders logs 256 lines a minute at most.</remarks>
sealed class UnparsedSampler(TimeProvider time)
{
    const int Slots = 256;
    const int SampleBytesMax = 160;
    const ParseMarks Unparsed = ParseMarks.MissingPri | ParseMarks.InvalidPri | ParseMarks.InvalidHeader | ParseMarks.InvalidStructuredData;

    static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    // Ticks of the last line, for the sender whose address hashes here.
    readonly long[] _last = new long[Slots];

    public static bool IsUnparsed(ParseMarks marks) => (marks & Unparsed) != 0;

    /// <summary>True when a line may be logged for this sender now.</summary>
    public bool TryEnter(PeerAddress peer)
    {
        ref long last = ref _last[(uint)peer.WithPort(0).GetHashCode() % Slots];
        long now = time.GetTimestamp();
        long seen = Volatile.Read(ref last);
        return (seen == 0 || time.GetElapsedTime(seen, now) >= Every) && Interlocked.CompareExchange(ref last, now, seen) == seen;
    }

    /// <summary>The start of a record for a person: one line, controls and bytes beyond ASCII as <c>\x1b</c>.</summary>
    public static string Sample(ReadOnlySpan<byte> original)
    {
        StringBuilder text = new();
        foreach (byte b in original[..Math.Min(original.Length, SampleBytesMax)])
        {
            _ = b is >= 32 and < 127 ? text.Append((char)b) : text.Append(System.Globalization.CultureInfo.InvariantCulture, $"\\x{b:x2}");
        }

        return original.Length > SampleBytesMax ? text.Append('…').ToString() : text.ToString();
    }
}
