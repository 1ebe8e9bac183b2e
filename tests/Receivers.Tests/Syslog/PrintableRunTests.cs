using Receivers.Syslog;

namespace Receivers.Tests.Syslog;

public sealed class PrintableRunTests
{
    [Fact]
    public void IndexOfEnd_EveryByteAtEveryPlace_IsWhereASearchFindsIt()
    {
        byte[] text = new byte[80];
        for (int length = 0; length <= text.Length; length++)
        {
            for (int at = 0; at < length; at++)
            {
                for (int value = 0; value < 256; value++)
                {
                    text.AsSpan().Fill((byte)'x');
                    text[at] = (byte)value;
                    Assert.Equal(value is >= 33 and <= 126 ? -1 : at, PrintableRun.IndexOfEnd(text.AsSpan(0, length)));
                }
            }
        }
    }
}
