using System.Runtime.Intrinsics;

namespace Classifier.Normalizing;

/// <summary>Takes the blanked windows of a text.</summary>
interface IOutlineSink
{
    /// <param name="low">The window's first 32 bytes.</param>
    /// <param name="high">Its last 32 bytes.</param>
    /// <param name="length">Bytes of the text among them, 1 to 64; behind them stands <c>1</c>.</param>
    void Add(Vector256<byte> low, Vector256<byte> high, int length);
}
