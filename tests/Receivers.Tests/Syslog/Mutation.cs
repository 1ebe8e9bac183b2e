namespace Receivers.Tests.Syslog;

/// <summary>Damages bytes in the ways that parsers stumble over. Deterministic for a given <see cref="Random"/>.</summary>
static class Mutation
{
    static readonly byte[][] Pieces =
        [[0], [(byte)'\n'], [(byte)'<'], [(byte)'>'], [(byte)' '], [(byte)'['], [(byte)']'], [(byte)'"'], [(byte)'\\'], [(byte)':'], [0xFF], [0xC3], "4294967296"u8.ToArray(), "12 <"u8.ToArray()];

    /// <summary>What a whole run may allocate in the code that it tries: nothing a round, and now and then some KiB that the runtime counts to it on a busy machine.</summary>
    public const long AllocatedBytesMax = 1 << 20;

    static readonly TimeSpan RoundMax = TimeSpan.FromSeconds(5);

    /// <summary>How long a fuzzer runs: 10 s; <c>COLLECTOR_FUZZ_SECONDS</c> says otherwise.</summary>
    public static TimeSpan Duration { get; } =
        TimeSpan.FromSeconds(int.TryParse(Environment.GetEnvironmentVariable("COLLECTOR_FUZZ_SECONDS"), out int seconds) ? seconds : 10);

    /// <summary>Where the numbers start; <c>COLLECTOR_FUZZ_SEED</c> says otherwise. A failure prints it.</summary>
    public static int Seed { get; } = int.TryParse(Environment.GetEnvironmentVariable("COLLECTOR_FUZZ_SEED"), out int seed) ? seed : 20_261_125;

    /// <summary>Runs rounds until the time is over; each within 5 s.</summary>
    /// <param name="round">Gets the source of numbers and gives the bytes and what to do with them, which may be done again.</param>
    public static void Run(Func<Random, (byte[] Bytes, Action Check)> round)
    {
        Random random = new(Seed);
        long start = TimeProvider.System.GetTimestamp();
        int rounds = 0;
        for (; TimeProvider.System.GetElapsedTime(start) < Duration; rounds++)
        {
            (byte[] bytes, Action check) = round(random);
            TimeSpan took = TimeOf(check);
            // A machine that stands still does so once; what takes so long by itself does each time.
            for (int again = 0; again < 2 && took >= RoundMax; again++)
            {
                took = TimeOf(check);
            }

            Assert.True(took < RoundMax, $"seed {Seed}, round {rounds} took {took}: {Convert.ToHexString(bytes)}");
        }

        Assert.True(rounds > 100, $"only {rounds} rounds");
    }

    public static byte[] Of(byte[][] seeds, Random random)
    {
        List<byte> bytes = [.. seeds[random.Next(seeds.Length)]];
        for (int i = random.Next(1, 6); i > 0; i--)
        {
            int at = random.Next(bytes.Count + 1);
            switch (random.Next(5))
            {
                case 0 when at < bytes.Count:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.InsertRange(at, Pieces[random.Next(Pieces.Length)]);
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(random.Next(8), bytes.Count - at));
                    break;
                case 3:
                    bytes.InsertRange(at, Enumerable.Repeat(Pieces[random.Next(Pieces.Length)][0], random.Next(300)));
                    break;
                default:
                    bytes.InsertRange(at, seeds[random.Next(seeds.Length)].Take(random.Next(60)));
                    break;
            }
        }

        return [.. bytes];
    }

    static TimeSpan TimeOf(Action check)
    {
        long begun = TimeProvider.System.GetTimestamp();
        check();
        return TimeProvider.System.GetElapsedTime(begun);
    }
}
