namespace Receivers.Tests.Syslog;

/// <summary>Damages bytes in the ways that parsers stumble over. Deterministic for a given <see cref="Random"/>.</summary>
static class Mutation
{
    static readonly byte[][] Pieces =
        [[0], [(byte)'\n'], [(byte)'<'], [(byte)'>'], [(byte)' '], [(byte)'['], [(byte)']'], [(byte)'"'], [(byte)'\\'], [(byte)':'], [0xFF], [0xC3], "4294967296"u8.ToArray(), "12 <"u8.ToArray()];

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
