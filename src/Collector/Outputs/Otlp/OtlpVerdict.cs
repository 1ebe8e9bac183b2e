using System.Globalization;
using System.Text;
using Classifier;
using Collector.Outputs.Formats;

namespace Collector.Outputs.Otlp;

/// <summary>The verdict as attributes of a record, beside the sender's own level. Used by one task.</summary>
sealed class OtlpVerdict
{
    // Severity, category and source are nearly always one of few combinations: each is encoded once.
    static readonly byte[][] Words =
    [
        .. from severity in LabelNames.Severities
           from category in LabelNames.Categories
           from source in LabelNames.Sources
           select Encode(severity, category, source),
    ];

    string _model = "";
    byte[] _modelAttribute = [];

    public void Write(PayloadBuffer to, in Verdict verdict, string model)
    {
        to.Write(Words[((((int)verdict.Severity * LabelNames.Categories.Count) + (int)verdict.Category) * LabelNames.Sources.Count) + (int)verdict.Source]);
        if (verdict.Confidence > 0)
        {
            // Four decimals, as in JSON: what lies behind them is noise of the float.
            OtlpKeys.Confidence.WriteReal(to, OtlpTags.RecordAttributes, Math.Round((double)Math.Min(verdict.Confidence, 1f), 4));
        }

        if (verdict.TemplateId != 0)
        {
            Span<byte> id = stackalloc byte[16];
            verdict.TemplateId.TryFormat(id, out _, "x16", CultureInfo.InvariantCulture);
            OtlpKeys.Template.WriteText(to, OtlpTags.RecordAttributes, id);
        }

        if (verdict.Source == VerdictSource.Model)
        {
            if (!ReferenceEquals(_model, model))
            {
                (_model, _modelAttribute) = (model, EncodeModel(model));
            }

            to.Write(_modelAttribute);
        }
    }

    static byte[] EncodeModel(string model)
    {
        if (model.Length == 0)
        {
            return [];
        }

        using PayloadBuffer to = new(256);
        OtlpKeys.Model.WriteText(to, OtlpTags.RecordAttributes, Encoding.UTF8.GetBytes(model));
        return to.Span.ToArray();
    }

    static byte[] Encode(string severity, string category, string source)
    {
        using PayloadBuffer to = new(256);
        OtlpKeys.Severity.WriteText(to, OtlpTags.RecordAttributes, Encoding.UTF8.GetBytes(severity));
        OtlpKeys.Category.WriteText(to, OtlpTags.RecordAttributes, Encoding.UTF8.GetBytes(category));
        OtlpKeys.Source.WriteText(to, OtlpTags.RecordAttributes, Encoding.UTF8.GetBytes(source));
        return to.Span.ToArray();
    }
}
