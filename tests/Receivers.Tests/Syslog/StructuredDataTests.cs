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

    [Fact]
    public void Measure_TenThousandElements_IsLinear()
    {
        byte[] many = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 10_000).Select(i => $"[id{i} a=\"{i}\"]")));
        byte[] wide = Encoding.UTF8.GetBytes("[id" + string.Concat(Enumerable.Range(0, 10_000).Select(i => $" a{i}=\"{i}\"")) + "]");
        byte[] longOne = Encoding.UTF8.GetBytes("[id a=\"" + new string('x', 1 << 20) + "\"]");
        byte[] open = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("[id a=\"", 10_000)));
        long start = TimeProvider.System.GetTimestamp();
        Assert.Equal(many.Length, StructuredData.Measure(many, out _));
        Assert.Equal(wide.Length, StructuredData.Measure(wide, out _));
        Assert.Equal(longOne.Length, StructuredData.Measure(longOne, out _));
        Assert.Equal(0, StructuredData.Measure(open, out _));
        // 64 comparisons for each of 10,000 ids take some 10 ms; quadratic work would take seconds.
        Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(2));
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
