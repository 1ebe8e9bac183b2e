using System.Globalization;
using System.Text;
using Classifier;
using Collector.Outputs.Formats;

namespace Collector.Commands.Explaining;

/// <summary>An explanation as one JSON line: the keys of <c>classify --json</c> and the steps before them.</summary>
static class ExplanationJson
{
    public static void Write(TextWriter output, LineExplanation explanation)
    {
        Explanation model = explanation.Model;
        using PayloadBuffer json = new();
        VerdictJson.WriteOpening(json, explanation.App, explanation.Body, explanation.Verdict);
        json.Write(",\"normalized\":"u8);
        JsonText.Write(json, Encoding.UTF8.GetBytes(model.NormalizedText));
        WriteList(json, "tokens", model.TokenIds, static (to, id) => VerdictJson.WriteAscii(to, id.ToString(CultureInfo.InvariantCulture)));
        // In the order of LabelNames.
        WriteList(json, "severity_logits", model.Severities, static (to, label) => VerdictJson.WriteNumber(to, label.Logit));
        WriteList(json, "category_logits", model.Categories, static (to, label) => VerdictJson.WriteNumber(to, label.Logit));
        WriteList(json, "words", model.Words, static (to, word) =>
        {
            to.Write("{\"word\":"u8);
            JsonText.Write(to, Encoding.UTF8.GetBytes(word.Word));
            to.Write(",\"weight\":"u8);
            VerdictJson.WriteNumber(to, word.Weight);
            to.Write("}"u8);
        });
        json.Write(explanation.WouldAlert ? ",\"would_alert\":true,\"reason\":"u8 : ",\"would_alert\":false,\"reason\":"u8);
        JsonText.Write(json, Encoding.UTF8.GetBytes(explanation.Reason));
        json.Write("}"u8);
        output.WriteLine(Encoding.UTF8.GetString(json.Span));
    }

    static void WriteList<T>(PayloadBuffer to, string name, IReadOnlyList<T> items, Action<PayloadBuffer, T> write)
    {
        VerdictJson.WriteAscii(to, $",\"{name}\":[");
        for (int i = 0; i < items.Count; i++)
        {
            if (i > 0)
            {
                to.WriteByte((byte)',');
            }

            write(to, items[i]);
        }

        to.WriteByte((byte)']');
    }
}
