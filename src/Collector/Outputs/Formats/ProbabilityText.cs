namespace Collector.Outputs.Formats;

/// <summary>A probability with up to four decimals, as JSON wants numbers: <c>0.97</c>, <c>1</c>, <c>0.0003</c>.</summary>
static class ProbabilityText
{
    /// <summary>Bytes that <see cref="Write"/> needs at most.</summary>
    public const int LengthMax = 6;

    /// <param name="to">At least <see cref="LengthMax"/> bytes.</param>
    /// <param name="probability">Clamped to 0 to 1.</param>
    /// <returns>Bytes written.</returns>
    public static int Write(Span<byte> to, float probability)
    {
        int tenThousandths = (int)((Math.Clamp(probability, 0f, 1f) * 10_000f) + 0.5f);
        to[0] = (byte)('0' + (tenThousandths / 10_000));
        tenThousandths %= 10_000;
        if (tenThousandths == 0)
        {
            return 1;
        }

        to[1] = (byte)'.';
        int length = 6;
        for (int at = 5; at >= 2; at--, tenThousandths /= 10)
        {
            to[at] = (byte)('0' + (tenThousandths % 10));
        }

        while (to[length - 1] == '0')
        {
            length--;
        }

        return length;
    }
}
