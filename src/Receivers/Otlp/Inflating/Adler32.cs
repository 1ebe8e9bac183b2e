using System.Buffers;

namespace Receivers.Otlp.Inflating;

/// <summary>The checksum of zlib streams. Source: RFC 1950 §8.2.</summary>
static class Adler32
{
    const uint Modulus = 65_521;

    /// <summary>Bytes after which the sums may leave 32 bits; the number is zlib's (NMAX).</summary>
    const int RunBytesMax = 5_552;

    public static uint Of(in ReadOnlySequence<byte> content)
    {
        uint low = 1;
        uint high = 0;
        foreach (ReadOnlyMemory<byte> piece in content)
        {
            ReadOnlySpan<byte> rest = piece.Span;
            while (!rest.IsEmpty)
            {
                ReadOnlySpan<byte> run = rest[..Math.Min(rest.Length, RunBytesMax)];
                foreach (byte value in run)
                {
                    low += value;
                    high += low;
                }

                low %= Modulus;
                high %= Modulus;
                rest = rest[run.Length..];
            }
        }

        return (high << 16) | low;
    }
}
