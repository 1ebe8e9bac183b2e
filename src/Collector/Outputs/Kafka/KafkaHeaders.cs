using System.Globalization;
using System.Text;
using Classifier;
using Confluent.Kafka;

namespace Collector.Outputs.Kafka;

/// <summary>The verdict as headers of a message, made once for each verdict that differs. Used by one task.</summary>
sealed class KafkaHeaders
{
    // A template has one verdict, mostly; begun anew when that many differ.
    const int VerdictsMax = 4096;

    readonly Dictionary<(ulong Template, float Confidence, Severity Severity, Category Category, VerdictSource Source), Headers> _known = [];
    string _model = "";

    /// <returns>Shared: not to be changed.</returns>
    public Headers Of(in Verdict verdict, string model)
    {
        if (_known.Count >= VerdictsMax || model != _model)
        {
            _known.Clear();
            _model = model;
        }

        var key = (verdict.TemplateId, verdict.Confidence, verdict.Severity, verdict.Category, verdict.Source);
        if (!_known.TryGetValue(key, out Headers? headers))
        {
            headers = Make(verdict, model);
            _known.Add(key, headers);
        }

        return headers;
    }

    static Headers Make(in Verdict verdict, string model)
    {
        Headers headers =
        [
            Header("collector.severity", verdict.Severity.Name()),
            Header("collector.category", verdict.Category.Name()),
            Header("collector.verdict.source", verdict.Source.Name()),
        ];
        if (verdict.Confidence > 0)
        {
            headers.Add(Header("collector.confidence", verdict.Confidence.ToString("0.####", CultureInfo.InvariantCulture)));
        }

        if (verdict.TemplateId != 0)
        {
            headers.Add(Header("collector.template.id", verdict.TemplateId.ToString("x16", CultureInfo.InvariantCulture)));
        }

        if (verdict.Source == VerdictSource.Model && model.Length > 0)
        {
            headers.Add(Header("collector.model", model));
        }

        return headers;
    }

    static Header Header(string name, string value) => new(name, Encoding.UTF8.GetBytes(value));
}
