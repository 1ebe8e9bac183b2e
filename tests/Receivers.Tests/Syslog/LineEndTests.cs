using System.Text;
using Receivers.Syslog;

namespace Receivers.Tests.Syslog;

public sealed class LineEndTests
{
    /// <summary>Every length and every place of the end, with a byte that is no ASCII before it, behind it or nowhere.</summary>
    [Fact]
    public void Find_AnyText_IsAsTwoSearchesFindIt()
    {
        Random random = new(7);
        byte[] text = new byte[150];
        for (int length = 0; length <= text.Length; length++)
        {
            for (int end = -1; end < length; end++)
            {
                Span<byte> part = text.AsSpan(0, length);
                part.Fill((byte)'a');
                if (random.Next(2) == 0 && length > 0)
                {
                    part[random.Next(length)] = (byte)random.Next(0x80, 0x100);
                }

                if (end >= 0)
                {
                    part[end] = (byte)(random.Next(2) == 0 ? '\n' : 0);
                    part[random.Next(end, length)] = (byte)'\n';
                }

                Assert.Equal(part.IndexOfAny((byte)'\n', (byte)0), LineEnd.Find(part, out bool isAscii));
                bool isLine = end >= 0 && Ascii.IsValid(part[..end]);

                // Near the end of what there is it need not know.
                Assert.True(length - end >= 32 ? isAscii == isLine : !isAscii || isLine, $"length {length} end {end}: {isAscii}");
            }
        }
    }
}
