using System.Globalization;
using System.Text;
using Classifier;
using Collector.Outputs.Formats;

namespace Collector.Commands;

/// <summary>The JSON fields of a classified line, one spelling for <c>classify</c> and <c>explain</c>.</summary>
static class VerdictJson
{
    /// <param name="to">Receives the opening brace and the fields; the caller closes.</param>
    /// <param name="app">Any bytes; what is not UTF-8 becomes U+FFFD.</param>
    /// <param name="body">Any bytes.</param>
    /// <param name="verdict">Final.</param>
    public static void WriteOpening(PayloadBuffer to, ReadOnlySpan<byte> app, ReadOnlySpan<byte> body, in Verdict verdict)
    {
        to.Write("{\"app\":"u8);
        JsonText.Write(to, app);
        to.Write(",\"body\":"u8);
        JsonText.Write(to, body);
        WriteAscii(to, $",\"severity\":\"{verdict.Severity.Name()}\",\"category\":\"{verdict.Category.Name()}\",\"confidence\":");
        WriteNumber(to, verdict.Confidence);
        to.Write(",\"critical_probability\":"u8);
        WriteNumber(to, verdict.CriticalProbability);
        WriteAscii(to, $",\"source\":\"{verdict.Source.Name()}\",\"template\":\"{verdict.TemplateId:x16}\"");
    }

    /// <summary>Four decimals: more would only tell CPUs apart.</summary>
    public static void WriteNumber(PayloadBuffer to, float value) =>
        WriteAscii(to, Math.Round((double)value, 4).ToString(CultureInfo.InvariantCulture));

    /// <summary>Text of our own, which needs no escapes.</summary>
    public static void WriteAscii(PayloadBuffer to, string text) => to.Write(Encoding.ASCII.GetBytes(text));
}
