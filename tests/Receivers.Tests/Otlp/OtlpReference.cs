using System.Globalization;
using System.Text;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Logs.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Logs.V1;
using OpenTelemetry.Proto.Resource.V1;
using ProtoRecord = OpenTelemetry.Proto.Logs.V1.LogRecord;

namespace Receivers.Tests.Otlp;

/// <summary>What the generated classes make of the same bytes.</summary>
static class OtlpReference
{
    /// <summary>Parses as the official library does. Its nesting limit is 100 messages, some 33 levels of maps.</summary>
    /// <param name="bytes">A request.</param>
    /// <param name="request">What it is.</param>
    /// <param name="isTextOnly">True when only a text that is not UTF-8 made it fail: records are kept for less.</param>
    public static bool TryParse(byte[] bytes, out ExportLogsServiceRequest? request, out bool isTextOnly)
    {
        isTextOnly = false;
        try
        {
            request = ExportLogsServiceRequest.Parser.ParseFrom(bytes);
            return true;
        }
        catch (InvalidProtocolBufferException exception)
        {
            request = null;
            isTextOnly = exception.Message.Contains("UTF-8", StringComparison.Ordinal);
            return false;
        }
    }

    /// <summary>All records with their groups, a line each.</summary>
    public static string Dump(ExportLogsServiceRequest request)
    {
        StringBuilder text = new();
        foreach (ResourceLogs group in request.ResourceLogs)
        {
            foreach (ScopeLogs scope in group.ScopeLogs)
            {
                foreach (ProtoRecord record in scope.LogRecords)
                {
                    Line(text, group.Resource ?? new Resource(), group.SchemaUrl, scope.Scope ?? new InstrumentationScope(), scope.SchemaUrl, record);
                }
            }
        }

        return text.ToString();
    }

    /// <summary>The same of what the decoder made.</summary>
    public static string Dump(Decoding decoding)
    {
        StringBuilder text = new();
        foreach ((RecordBatch batch, LogRecord record) in decoding.Records)
        {
            RecordSource source = batch.Sources[record.Source];
            Line(
                text,
                Resource.Parser.ParseFrom(batch[source.Resource]),
                Decoding.TextOf(batch, source.ResourceSchemaUrl),
                InstrumentationScope.Parser.ParseFrom(batch[source.Scope]),
                Decoding.TextOf(batch, source.ScopeSchemaUrl),
                ProtoRecord.Parser.ParseFrom(batch[record.Original]));
        }

        return text.ToString();
    }

    static void Line(StringBuilder text, Resource resource, string url, InstrumentationScope scope, string scopeUrl, ProtoRecord record)
    {
        ProtoRecord kept = record.Clone();
        kept.TraceId = kept.TraceId.Length == 16 ? kept.TraceId : ByteString.Empty;
        kept.SpanId = kept.SpanId.Length == 8 ? kept.SpanId : ByteString.Empty;
        text.Append(CultureInfo.InvariantCulture, $"{resource} {url} {scope} {scopeUrl} {kept}\n");
    }
}
