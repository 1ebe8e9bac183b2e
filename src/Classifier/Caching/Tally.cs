namespace Classifier.Caching;

/// <summary>How often a template came and when it came last, in one word: 40 bits of count, 24 of minutes since 2020.</summary>
/// <remarks>The count is the upper part, so that an overflow, after a million million records, falls off the end and spoils nothing.</remarks>
readonly record struct Tally(ulong Bits)
{
    const int CountShift = 24;
    const ulong MinutesMask = (1 << CountShift) - 1;

    static readonly DateTimeOffset Epoch = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public ulong Count => Bits >> CountShift;

    public uint Minutes => (uint)(Bits & MinutesMask);

    public static uint MinutesAt(DateTimeOffset time) => (uint)Math.Clamp((time - Epoch).TotalMinutes, 0, MinutesMask);

    public static DateTimeOffset TimeOf(uint minutes) => Epoch.AddMinutes(minutes);

    /// <summary>One more, now.</summary>
    public Tally Next(uint minutes) => new((((Bits >> CountShift) + 1) << CountShift) | minutes);

    /// <summary>Both together.</summary>
    public Tally Plus(Tally other) => new(((Count + other.Count) << CountShift) | Math.Max(Minutes, other.Minutes));
}
