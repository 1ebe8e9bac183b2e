using System.Text;
using Classifier.Normalizing;
using Classifier.Tests.Shared;

namespace Classifier.Tests.Normalizing;

public class NormalizerTests
{
    [Fact]
    public void Normalize_EveryVector_GivesTheReferenceText()
    {
        byte[] text = new byte[Normalizer.TextBytesMax];
        foreach (ModelVector vector in ModelVectors.All)
        {
            int length = Normalizer.Normalize(vector.App, vector.Body, text);
            Assert.Equal(Encoding.Latin1.GetString(vector.Text), Encoding.Latin1.GetString(text, 0, length));
        }
    }

    [Theory]
    [InlineData("", "", "")]
    [InlineData("sshd", "", "sshd: ")]
    [InlineData(" \t", "x", "x")]
    [InlineData("SSHD", " Failed\r\n\tpassword  ", "sshd: failed password")]
    [InlineData("", "took 7 ms, 42 rows, status 503, 81%, 2026", "took 7 ms, 40 rows, status 500, 81%, #")]
    [InlineData("", "12ms 5xx 0x1F 0x dead beef1 eth0 a1b2z", "10ms 5xx # 0x dead # eth# a#b#z")]
    [InlineData("", "10.0.0.1:80 1:2 1::2", "# # 1::2")]
    [InlineData("", "#.#.#.#:# #::# #--# #::#:#", "# #::# #--# #::#")]
    [InlineData("", "===== ## ### ..a..", "== ## ## ..a..")]
    [InlineData("", "#1234#5678#", "##")]
    public void Normalize_EachRule_AsWritten(string app, string body, string expected)
    {
        byte[] text = new byte[Normalizer.TextBytesMax];
        int length = Normalizer.Normalize(Encoding.UTF8.GetBytes(app), Encoding.UTF8.GetBytes(body), text);
        Assert.Equal(expected, Encoding.UTF8.GetString(text, 0, length));
    }
}
