namespace Collector.Outputs.Otlp;

/// <summary>Tags (<c>number &lt;&lt; 3 | wire type</c>) of what is written by hand. Source: the <c>.proto</c> files under <c>src/Receivers/Otlp/proto</c>.</summary>
static class OtlpTags
{
    // ExportLogsServiceRequest
    public const byte ResourceLogs = 1 << 3 | 2;

    // ResourceLogs
    public const byte Resource = 1 << 3 | 2;
    public const byte ScopeLogs = 2 << 3 | 2;

    // ScopeLogs
    public const byte Scope = 1 << 3 | 2;
    public const byte LogRecords = 2 << 3 | 2;

    // ResourceLogs and ScopeLogs
    public const byte SchemaUrl = 3 << 3 | 2;

    // LogRecord
    public const byte Time = 1 << 3 | 1;
    public const byte SeverityNumber = 2 << 3 | 0;
    public const byte SeverityText = 3 << 3 | 2;
    public const byte Body = 5 << 3 | 2;
    public const byte RecordAttributes = 6 << 3 | 2;
    public const byte ObservedTime = 11 << 3 | 1;

    // Resource
    public const byte ResourceAttributes = 1 << 3 | 2;

    // KeyValue
    public const byte Key = 1 << 3 | 2;
    public const byte Value = 2 << 3 | 2;

    // AnyValue
    public const byte Text = 1 << 3 | 2;
    public const byte Integer = 3 << 3 | 0;
    public const byte Real = 4 << 3 | 1;
    public const byte List = 5 << 3 | 2;
    public const byte Map = 6 << 3 | 2;
    public const byte Bytes = 7 << 3 | 2;

    // ArrayValue and KeyValueList
    public const byte Values = 1 << 3 | 2;
}
