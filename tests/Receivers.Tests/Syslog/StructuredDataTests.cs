using System.Text;
using Receivers.Syslog;

namespace Receivers.Tests.Syslog;

public sealed class StructuredDataTests
{
    [Theory]
    [InlineData("""[id]""", """[id]""")]
    [InlineData("""[id a="1" b="2"][other c=""]""", """[id a=1 b=2][other c=]""")]
    [InlineData("""[id a="q\"b\\s\]c"]""", """[id a=q"b\s]c]""")]
    [InlineData("""[id a="\n stays"]""", """[id a=\n stays]""")]
    [InlineData("""[x a="1" a="2"]""", """[x a=1 a=2]""")]
    public void Enumerate_WellFormed_GivesElementsAndParams(string text, string expected)
    {
        Assert.Equal(text.Length, StructuredData.Measure(Encoding.UTF8.GetBytes(text), out bool isStrict));
        Assert.True(isStrict);
        Assert.Equal(expected, Show(text));
    }

    [Theory]
    [InlineData("""[id a="]"]""")]
    [InlineData("""[id  a="1"]""")]
    [InlineData("""[id a="1" ]""")]
    [InlineData("""[id][id]""")]
    [InlineData("""[abcdefghijklmnopqrstuvwxyzabcdefg]""")]
    public void Measure_BentRule_IsReadAndNotStrict(string text)
    {
        Assert.Equal(text.Length, StructuredData.Measure(Encoding.UTF8.GetBytes(text), out bool isStrict));
        Assert.False(isStrict);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("[]")]
    [InlineData("[ ]")]
    [InlineData("[=]")]
    [InlineData("[\"]")]
    [InlineData("[id")]
    [InlineData("[id a]")]
    [InlineData("[id a=]")]
    [InlineData("[id a=\"]")]
    [InlineData("[id a=\"\\\"]")]
    [InlineData("[id a=\"1\"b=\"2\"]")]
    [InlineData("[id a=1]")]
    [InlineData("-")]
    [InlineData("")]
    public void Measure_Malformed_IsNone(string text) => Assert.Equal(0, StructuredData.Measure(Encoding.UTF8.GetBytes(text), out _));

    /// <summary>P12: ten thousand elements, parameters, a long value, an unclosed one: the work is linear.</summary>
    [Theory]
    [InlineData("many elements")]
    [InlineData("many parameters")]
    [InlineData("one long value")]
    [InlineData("never closed")]
    public void Measure_TenTimesTheText_TakesAboutTenTimesAsLong(string kind)
    {
        // Ratios and the best of several runs, since the machine may be busy: quadratic work would take a hundred times as long.
        TimeSpan small = BestOf(Text(kind, 1_000));
        TimeSpan large = BestOf(Text(kind, 10_000));
        Assert.True(large < (small * 40) + TimeSpan.FromMilliseconds(1), $"{small.TotalMicroseconds} µs, then {large.TotalMicroseconds} µs");
    }

    static byte[] Text(string kind, int count) => Encoding.UTF8.GetBytes(kind switch
    {
        "many elements" => string.Concat(Enumerable.Range(0, count).Select(i => $"[id{i} a=\"{i}\"]")),
        "many parameters" => "[id" + string.Concat(Enumerable.Range(0, count).Select(i => $" a{i}=\"{i}\"")) + "]",
        "one long value" => "[id a=\"" + new string('x', count * 100) + "\"]",
        _ => string.Concat(Enumerable.Repeat("[id a=\"1\" b=\"", count)),
    });

    static TimeSpan BestOf(byte[] text)
    {
        TimeSpan best = TimeSpan.MaxValue;
        for (int i = 0; i < 5; i++)
        {
            long start = TimeProvider.System.GetTimestamp();
            StructuredData.Measure(text, out _);
            TimeSpan took = TimeProvider.System.GetElapsedTime(start);
            best = took < best ? took : best;
        }

        return best;
    }

    static string Show(string text)
    {
        StringBuilder shown = new();
        StructuredData data = new(Encoding.UTF8.GetBytes(text));
        while (data.TryReadElement(out StructuredElement element))
        {
            shown.Append('[').Append(Encoding.UTF8.GetString(element.Id));
            while (element.TryReadParam(out StructuredParam param))
            {
                byte[] value = new byte[param.RawValue.Length];
                int length = param.Unescape(value);
                Assert.True(param.IsEscaped || length == value.Length);
                shown.Append(' ').Append(Encoding.UTF8.GetString(param.Name)).Append('=').Append(Encoding.UTF8.GetString(value, 0, length));
            }

            shown.Append(']');
        }

        return shown.ToString();
    }
}
