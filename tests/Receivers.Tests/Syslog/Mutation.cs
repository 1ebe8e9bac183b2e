namespace Receivers.Tests.Syslog;

/// <summary>Damages bytes in the ways that parsers stumble over. Deterministic for a given <see cref="Random"/>.</summary>
static class Mutation
{
    static readonly byte[][] Pieces =
        [[0], [(byte)'\n'], [(byte)'<'], [(byte)'>'], [(byte)' '], [(byte)'['], [(byte)']'], [(byte)'"'], [(byte)'\\'], [(byte)':'], [0xFF], [0xC3], "4294967296"u8.ToArray(), "12 <"u8.ToArray()];

    /// <summary>How long a fuzzer runs: 10 s; <c>COLLECTOR_FUZZ_SECONDS</c> says otherwise.</summary>
    public static TimeSpan Patience { get; } =
        TimeSpan.FromSeconds(int.TryParse(Environment.GetEnvironmentVariable("COLLECTOR_FUZZ_SECONDS"), out int seconds) ? seconds : 10);

    /// <summary>Where the numbers start; <c>COLLECTOR_FUZZ_SEED</c> says otherwise. A failure prints it.</summary>
    public static int Seed { get; } = int.TryParse(Environment.GetEnvironmentVariable("COLLECTOR_FUZZ_SEED"), out int seed) ? seed : 20_261_125;

    /// <summary>Runs rounds until the time is over; each within 5 s, and all without memory that stays.</summary>
    /// <param name="round">Gets the source of numbers and says which bytes it took.</param>
    public static void Run(Func<Random, byte[]> round)
    {
        Random random = new(Seed);
        long start = TimeProvider.System.GetTimestamp(), memory = GC.GetTotalMemory(forceFullCollection: true);
        int rounds = 0;
        for (; TimeProvider.System.GetElapsedTime(start) < Patience; rounds++)
        {
            long begun = TimeProvider.System.GetTimestamp();
            byte[] bytes = round(random);
            TimeSpan took = TimeProvider.System.GetElapsedTime(begun);
            Assert.True(took < TimeSpan.FromSeconds(5), $"seed {Seed}, round {rounds} took {took}: {Convert.ToHexString(bytes)}");
        }

        Assert.True(rounds > 100, $"only {rounds} rounds");
        // Other tests run beside this one.
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - memory, long.MinValue, 256 * 1024 * 1024);
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
}
