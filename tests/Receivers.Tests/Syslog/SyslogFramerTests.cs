using System.Text;
using Receivers.Syslog;

namespace Receivers.Tests.Syslog;

public sealed class SyslogFramerTests
{
    const int Max = 40;

    // By the framer, in Frames.
    [ThreadStatic]
    static long _allocatedBytes;

    /// <summary>Stream, and the frames it holds: text, or <c>text|mark</c>.</summary>
    public static TheoryData<string, string[]> Streams { get; } = new()
    {
        { "<13>a\n<14>b\n", ["<13>a", "<14>b"] },
        { "<13>a\r\n<14>b\0<15>c\n", ["<13>a", "<14>b", "<15>c"] },
        { "5 <13>a6 <14>bc", ["<13>a", "<14>bc"] },
        { "6 <13>a\n6 <14>b\n", ["<13>a\n", "<14>b\n"] },
        { "5 <13>a\n5 <14>b\n", ["<13>a", "<14>b"] },
        { "5 <13>a\r\n5 <14>b", ["<13>a", "<14>b"] },
        { " 5 <13>a 5 <14>b", ["<13>a", "<14>b"] },
        { "5 <13>a<14>line\n5 <15>c\n<16>d\0", ["<13>a", "<14>line", "<15>c", "<16>d"] },
        { "9 <13>a\nb\nc<14>d\n", ["<13>a\nb\nc", "<14>d"] },
        { "2019-02-19T10:00:00 CEF\n3 of 4 disks failed\n100000000 too long\n", ["2019-02-19T10:00:00 CEF", "3 of 4 disks failed", "100000000 too long"] },
        { "12 drummers drumming\n05 <13>a\n", ["12 drummers drumming", "05 <13>a"] },
        { "1234567890 <13>a\n-1 <13>b\n+5 <13>c\n", ["1234567890 <13>a", "-1 <13>b", "+5 <13>c"] },
        { "                5 <13>a\n", ["<13>a"] },
        { "                 5 <13>a\n", ["                 5 <13>a"] },
        { "   at Foo.Bar()\n<13>a\n", ["   at Foo.Bar()", "<13>a"] },
        { "\n\n\r\n<13>a\n\n", ["<13>a"] },
        { "<13>open", ["<13>open|Incomplete"] },
        { "20 <13>open", ["<13>open|Incomplete"] },
        { "20 ", ["20 |Incomplete"] },
        { "20", ["20|Incomplete"] },
        { "", [] },
        // Limit 40: forty bytes are whole, forty-one are not, and what follows is in step.
        { "<13>" + new string('x', 36) + "\n<14>b\n", ["<13>" + new string('x', 36), "<14>b"] },
        { "<13>" + new string('x', 36) + "\r\n<14>b\n", ["<13>" + new string('x', 36), "<14>b"] },
        { "<13>" + new string('x', 37) + "\n<14>b\n", ["<13>" + new string('x', 36) + "|Truncated", "<14>b"] },
        { "<13>" + new string('x', 38) + "\n<14>b\n", ["<13>" + new string('x', 36) + "|Truncated", "<14>b"] },
        { "<13>" + new string('x', 300) + "\n<14>b\n", ["<13>" + new string('x', 36) + "|Truncated", "<14>b"] },
        { "<13>" + new string('x', 300), ["<13>" + new string('x', 36) + "|Truncated"] },
        { "44 <13>" + new string('x', 40) + "5 <14>b", ["<13>" + new string('x', 36) + "|Truncated", "<14>b"] },
        { "44 <13>" + new string('x', 20), ["<13>" + new string('x', 20) + "|Truncated, Incomplete"] },
        // é is two bytes; the cut falls into it.
        { "<13>" + new string('x', 35) + "\u00C3\u00A9\n<14>b\n", ["<13>" + new string('x', 35) + "|Truncated", "<14>b"] },
        { "41 <13>" + new string('x', 35) + "\u00C3\u00A95 <14>b", ["<13>" + new string('x', 35) + "|Truncated", "<14>b"] },
        // A peer that counts and sends no PRI: its first two counts fit.
        { "10 abcdefghij12 klmnopqr\n\nuv5 \0\0\0\0\0", ["abcdefghij", "klmnopqr\n\nuv", "\0\0\0\0\0"] },
        { "10 abcdefghij\n<13>x\n", ["10 abcdefghij", "<13>x"] },
    };

    /// <summary>P4: framing that changes inside a stream, text that starts with digits, blanks, CR LF and NUL.</summary>
    [Theory]
    [MemberData(nameof(Streams))]
    public void TryRead_WholeStream_GivesFrames(string stream, string[] expected) =>
        Assert.Equal(expected, Frames(Encoding.Latin1.GetBytes(stream), SyslogFraming.Auto, Max));

    /// <summary>P3: every split into two reads.</summary>
    [Theory]
    [MemberData(nameof(Streams))]
    public void TryRead_EverySplitIntoTwo_GivesTheSameFrames(string stream, string[] expected)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(stream);
        for (int split = 0; split <= bytes.Length; split++)
        {
            Assert.Equal(expected, Frames(bytes, SyslogFraming.Auto, Max, split, bytes.Length - split));
        }
    }

    /// <summary>P3: reads of one byte.</summary>
    [Theory]
    [MemberData(nameof(Streams))]
    public void TryRead_OneByteReads_GiveTheSameFrames(string stream, string[] expected)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(stream);
        Assert.Equal(expected, Frames(bytes, SyslogFraming.Auto, Max, [.. Enumerable.Repeat(1, bytes.Length)]));
    }

    [Theory]
    [InlineData(SyslogFraming.Lf, "a\0b\n1 <x\n", new[] { "a\0b", "1 <x" })]
    [InlineData(SyslogFraming.Nul, "a\nb\01 <x\0", new[] { "a\nb", "1 <x" })]
    [InlineData(SyslogFraming.Octet, "3 a\nb2 cd", new[] { "a\nb", "cd" })]
    [InlineData(SyslogFraming.Octet, "1q bad\n2 cd", new[] { "1q bad|UnexpectedFraming", "cd" })]
    public void TryRead_FixedFraming_KeepsToIt(SyslogFraming framing, string stream, string[] expected)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(stream);
        for (int split = 0; split <= bytes.Length; split++)
        {
            Assert.Equal(expected, Frames(bytes, framing, Max, split, bytes.Length - split));
        }
    }

    /// <summary>P1: a number that can be no count is text; nothing is allocated by it.</summary>
    [Theory]
    [InlineData("0")]
    [InlineData("2147483648")]
    [InlineData("2147483647")]
    [InlineData("4294967295")]
    [InlineData("4294967296")]
    [InlineData("9223372036854775807")]
    [InlineData("9223372036854775808")]
    [InlineData("00000000000000000005")]
    public void TryRead_AbsurdCount_IsALine(string count) =>
        Assert.Equal([count + " <13>a", "<14>b"], Frames(Encoding.Latin1.GetBytes(count + " <13>a\n<14>b\n"), SyslogFraming.Auto, Max));

    /// <summary>P1: ten thousand digits.</summary>
    [Fact]
    public void TryRead_TenThousandDigits_IsOneTruncatedLine() =>
        Assert.Equal([new string('9', Max) + "|Truncated", "<14>b"], Frames(Encoding.Latin1.GetBytes(new string('9', 10_000) + "\n<14>b\n"), SyslogFraming.Auto, Max));

    /// <summary>P2: a count above the limit is cut, and exactly that many bytes are skipped.</summary>
    [Fact]
    public void TryRead_LargestCount_IsCutAndSkippedWithoutMemory()
    {
        SyslogFramer framer = new(SyslogFraming.Auto, Max);
        byte[] chunk = Encoding.Latin1.GetBytes("999999999 <13>" + new string('x', 1 << 20));
        Assert.True(framer.TryRead(chunk, isEnd: false, out int consumed, out SyslogFrame frame));
        Assert.Equal((10, Max, ParseMarks.Truncated), (frame.Start, frame.Length, frame.Marks));
        Assert.False(framer.TryRead(chunk.AsSpan(consumed), isEnd: false, out int skipped, out _));
        Assert.Equal(chunk.Length, consumed + skipped);
        Assert.True(framer.IsSkipping);
    }

    /// <summary>P3: every split of three messages into three reads.</summary>
    [Theory]
    [InlineData("<13>a\n6 <14>bc\n<15>d\0")]
    [InlineData("12 <13>one\ntwo7 <14>ab\n9 <15>\0\r\nx")]
    [InlineData("5 <13>a <14>b\r\n44 <15>xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")]
    public void TryRead_EverySplitIntoThree_GivesTheSameFrames(string stream)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(stream);
        string[] whole = Frames(bytes, SyslogFraming.Auto, Max);
        Assert.Equal(3, whole.Length);
        for (int first = 0; first <= bytes.Length; first++)
        {
            for (int second = 0; first + second <= bytes.Length; second++)
            {
                Assert.Equal(whole, Frames(bytes, SyslogFraming.Auto, Max, first, second, bytes.Length - first - second));
            }
        }
    }

    /// <summary>P6: a delimiter, or what looks like the start of a frame, at the very first byte of what is unread.</summary>
    [Theory]
    [InlineData(SyslogFraming.Auto)]
    [InlineData(SyslogFraming.Lf)]
    [InlineData(SyslogFraming.Nul)]
    [InlineData(SyslogFraming.Octet)]
    public void TryRead_DelimiterFirst_NeverHasANegativeLength(SyslogFraming framing)
    {
        foreach (string start in new[] { "\n", "\0", "\r\n", "\r", "<", "\n<", "0 <", "1 <", "1 \n", " \n" })
        {
            foreach (string before in new[] { "", new string('x', Max), new string('x', Max + 1), "60 <" + new string('x', 59) })
            {
                byte[] bytes = Encoding.Latin1.GetBytes(before + start + "<13>next\n");
                for (int split = 0; split <= bytes.Length; split++)
                {
                    // Frames takes every frame's bytes, and would throw.
                    Assert.NotEmpty(Frames(bytes, framing, Max, split, bytes.Length - split));
                }
            }
        }
    }

    /// <summary>The fuzzer of the framing: whatever the bytes and the reads, the same frames, and no more held back than a frame may have.</summary>
    [Fact]
    public void TryRead_RandomStreams_AreTheSameForEverySplit()
    {
        byte[][] seeds = [.. ((IEnumerable<object[]>)Streams).Select(row => Encoding.Latin1.GetBytes((string)row[0]))];
        _allocatedBytes = 0;
        Mutation.Run(random =>
        {
            byte[] stream = [.. Mutation.Of(seeds, random), .. Mutation.Of(seeds, random)];
            SyslogFraming framing = (SyslogFraming)random.Next(4);
            List<int> sizes = [];
            for (int left = stream.Length; left > 0; left -= sizes[^1])
            {
                sizes.Add(Math.Min(left, random.Next(1, 30)));
            }

            return (stream, Check);

            void Check()
            {
                string[] whole = Frames(stream, framing, Max);
                string[] split = Frames(stream, framing, Max, [.. sizes]);
                Assert.True(whole.SequenceEqual(split), $"seed {Mutation.Seed}, {framing}, {Convert.ToHexString(stream)}, reads {string.Join(',', sizes)}");
            }
        });
        Assert.InRange(_allocatedBytes, 0, Mutation.AllocatedBytesMax);
    }

    /// <summary>All frames of a stream that arrives in reads of the given sizes (one read when there is none).</summary>
    internal static string[] Frames(byte[] stream, SyslogFraming framing, int max, params int[] reads)
    {
        List<string> frames = [];
        SyslogFramer framer = new(framing, max);
        int start = 0, end = 0;
        int[] ends = reads.Length == 0 ? [stream.Length] : reads;
        for (int i = 0; i <= ends.Length; i++)
        {
            end += i < ends.Length ? ends[i] : 0;
            bool isEnd = i == ends.Length;
            while (true)
            {
                // A copy of its own: a read beyond the bytes that have arrived would throw.
                byte[] unread = stream[start..end];
                long before = GC.GetAllocatedBytesForCurrentThread();
                bool isFrame = framer.TryRead(unread, isEnd, out int consumed, out SyslogFrame frame);
                _allocatedBytes += GC.GetAllocatedBytesForCurrentThread() - before;
                start += consumed;
                if (!isFrame)
                {
                    Assert.True(end - start <= max + SyslogFramer.OverheadBytes || framing == SyslogFraming.Octet, $"{end - start} bytes held back");
                    break;
                }

                frames.Add(Encoding.Latin1.GetString(unread, frame.Start, frame.Length) + (frame.Marks == ParseMarks.None ? "" : "|" + frame.Marks));
            }
        }

        return [.. frames];
    }
}
