using System.Globalization;
using System.Text;
using Classifier;
using Collector.Outputs.Formats;

namespace Collector.Outputs.Syslog;

/// <summary>The verdict as an element of structured data. Used by one task.</summary>
sealed class SyslogVerdictData
{
    // The model's folder names it; a file name at most.
    const int ModelLengthMax = 64;

    static readonly byte[][] Starts = Table(LabelNames.Severities, "severity", SyslogData.VerdictId);
    static readonly byte[][] Categories = Table(LabelNames.Categories, "category");
    static readonly byte[][] Sources = Table(LabelNames.Sources, "source");

    string _model = "";
    byte[] _modelParam = [];

    public void Write(PayloadBuffer to, in Verdict verdict, string model)
    {
        to.Write(Starts[(int)verdict.Severity]);
        to.Write(Categories[(int)verdict.Category]);
        if (verdict.Confidence > 0)
        {
            to.Write(" confidence=\""u8);
            to.Advance(ProbabilityText.Write(to.Reserve(ProbabilityText.LengthMax), verdict.Confidence));
            to.WriteByte((byte)'"');
        }

        to.Write(Sources[(int)verdict.Source]);
        if (verdict.TemplateId != 0)
        {
            to.Write(" template=\""u8);
            verdict.TemplateId.TryFormat(to.Reserve(16), out int written, "x16", CultureInfo.InvariantCulture);
            to.Advance(written);
            to.WriteByte((byte)'"');
        }

        if (verdict.Source == VerdictSource.Model && model.Length > 0)
        {
            to.Write(ModelParam(model));
        }

        to.WriteByte((byte)']');
    }

    byte[] ModelParam(string model)
    {
        if (!ReferenceEquals(_model, model))
        {
            _model = model;
            using PayloadBuffer param = new(256);
            param.Write(" model=\""u8);
            SyslogData.WriteValue(param, Encoding.UTF8.GetBytes(model[..Math.Min(model.Length, ModelLengthMax)]));
            param.WriteByte((byte)'"');
            _modelParam = param.Span.ToArray();
        }

        return _modelParam;
    }

    static byte[][] Table(IReadOnlyList<string> names, string param, string id = "") =>
        [.. names.Select(name => Encoding.ASCII.GetBytes($"{(id.Length > 0 ? "[" + id : "")} {param}=\"{name}\""))];
}
