using Classifier.Normalizing;

namespace Classifier.Tests.Normalizing;

public class NumberFoldingTests
{
    [Theory]
    [InlineData(0b0111_0110_1111UL, 0b0100_0000_1000UL, 0b0111_0000_1111UL)]
    [InlineData(0b0111_0110_1111UL, 0b0000_0100_0000UL, 0b0000_0110_0000UL)]
    [InlineData(0b1UL, 0b1UL, 0b1UL)]
    [InlineData(ulong.MaxValue, 1UL << 63, ulong.MaxValue)]
    [InlineData(ulong.MaxValue << 1 >> 1, 1UL << 62, ulong.MaxValue << 1 >> 1)]
    [InlineData(0b1011UL, 0UL, 0UL)]
    public void Fill_LastBytesOfRuns_GivesTheWholeRuns(ulong runs, ulong last, ulong expected) =>
        Assert.Equal(expected, NumberFolding.Fill(runs, last));
}
