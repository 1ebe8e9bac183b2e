using Classifier.Normalizing;

namespace Classifier.Tests.Normalizing;

public class SimdTests
{
    [Theory]
    [InlineData("scalar", SimdWidth.Scalar)]
    [InlineData("128", SimdWidth.Vector128)]
    [InlineData("256", SimdWidth.Vector256)]
    [InlineData("512", SimdWidth.Vector512)]
    [InlineData("tcp://10.0.0.1:80", SimdWidth.Vector512)]
    [InlineData(null, SimdWidth.Vector512)]
    public void Choose_ForcedWidth_IsTakenUpToTheMachines(string? forced, SimdWidth width) =>
        Assert.Equal(width < Simd.Widest ? width : Simd.Widest, Simd.Choose(forced));
}
