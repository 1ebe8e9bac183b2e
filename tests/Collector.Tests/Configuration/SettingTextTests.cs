using System.Net;
using Collector.Configuration;

namespace Collector.Tests.Configuration;

public sealed class SettingTextTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("512", 512)]
    [InlineData("512B", 512)]
    [InlineData("64KiB", 65_536)]
    [InlineData("64 KiB", 65_536)]
    [InlineData("1MiB", 1_048_576)]
    [InlineData("8388607GiB", 9_007_198_180_999_168)]
    public void TryParseBytes_Valid_GivesBytes(string text, long bytes)
    {
        Assert.True(SettingText.TryParseBytes(text, out long value));
        Assert.Equal(bytes, value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("KiB")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("1.5MiB")]
    [InlineData("64KB")]
    [InlineData("64k")]
    [InlineData("1kib")]
    [InlineData("99999999999GiB")]
    [InlineData("9223372036854775808")]
    public void TryParseBytes_Invalid_IsRefused(string text) => Assert.False(SettingText.TryParseBytes(text, out _));

    [Theory]
    [InlineData("0", 0)]
    [InlineData("0s", 0)]
    [InlineData("250ms", 250)]
    [InlineData("10s", 10_000)]
    [InlineData("5m", 300_000)]
    [InlineData("2h", 7_200_000)]
    [InlineData("1d", 86_400_000)]
    [InlineData("1 d", 86_400_000)]
    public void TryParseDuration_Valid_GivesATime(string text, long milliseconds)
    {
        Assert.True(SettingText.TryParseDuration(text, out TimeSpan value));
        Assert.Equal(milliseconds, value.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("10")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("1.5s")]
    [InlineData("1m30s")]
    [InlineData("10sec")]
    [InlineData("106751991168d")]
    [InlineData("9223372036854775807ms")]
    public void TryParseDuration_Invalid_IsRefused(string text) => Assert.False(SettingText.TryParseDuration(text, out _));

    [Theory]
    [InlineData("0.0.0.0:5514")]
    [InlineData("127.0.0.1:0")]
    [InlineData("[::]:65535")]
    [InlineData("[2001:db8::1]:1")]
    public void TryParseEndPoint_Valid_ReadsAsWritten(string text)
    {
        Assert.True(SettingText.TryParseEndPoint(text, out IPEndPoint? value));
        Assert.Equal(text, SettingText.EndPoint(value));
    }

    [Theory]
    [InlineData("")]
    [InlineData("5514")]
    [InlineData(":5514")]
    [InlineData("::5514")]
    [InlineData("::1")]
    [InlineData("[::1]")]
    [InlineData("1:5514")]
    [InlineData("10.1:5514")]
    [InlineData("0.0.0.0")]
    [InlineData("0.0.0.0:")]
    [InlineData("0.0.0.0:65536")]
    [InlineData("0.0.0.0:-1")]
    [InlineData("0.0.0.0: 1")]
    [InlineData("localhost:5514")]
    [InlineData("*:5514")]
    [InlineData("tcp://0.0.0.0:5514")]
    public void TryParseEndPoint_Invalid_IsRefused(string text) => Assert.False(SettingText.TryParseEndPoint(text, out _));

    [Theory]
    [InlineData(0, "0")]
    [InlineData(1_000, "1000")]
    [InlineData(1_024, "1KiB")]
    [InlineData(1_536, "1536")]
    [InlineData(64 << 20, "64MiB")]
    public void Bytes_Written_ReadsBack(long bytes, string text)
    {
        Assert.Equal(text, SettingText.Bytes(bytes));
        Assert.True(SettingText.TryParseBytes(text, out long back));
        Assert.Equal(bytes, back);
    }

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(250, "250ms")]
    [InlineData(90_000, "90s")]
    [InlineData(120_000, "2m")]
    [InlineData(86_400_000, "1d")]
    public void Duration_Written_ReadsBack(long milliseconds, string text)
    {
        Assert.Equal(text, SettingText.Duration(TimeSpan.FromMilliseconds(milliseconds)));
        Assert.True(SettingText.TryParseDuration(text, out TimeSpan back));
        Assert.Equal(milliseconds, back.TotalMilliseconds);
    }

    [Theory]
    [InlineData("plain ü 日本 😀", "plain ü 日本 😀")]
    [InlineData("\u001b[2J\r\n\t", @"\x1b[2J\x0d\x0a\x09")]
    [InlineData("a\u202eb\u2028\u0085", @"a\u202eb\u2028\x85")]
    public void Printable_ControlCharacters_AreEscaped(string text, string expected) => Assert.Equal(expected, SettingText.Printable(text));

    [Theory]
    [InlineData("upd", "udp")]
    [InlineData("UDP", "udp")]
    [InlineData("tpc", "tcp")]
    [InlineData("intake_byte_max", "intake_bytes_max")]
    [InlineData("intakeBytesMax", "intake_bytes_max")]
    [InlineData("colour", null)]
    [InlineData("x", null)]
    public void Find_Word_GivesTheNearest(string word, string? nearest) =>
        Assert.Equal(nearest, NearestWord.Find(word, ["udp", "tcp", "intake_bytes_max", "on"]));
}
