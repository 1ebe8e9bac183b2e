namespace Receivers.Otlp.Wire;

/// <summary>Field numbers and wire types (<c>number &lt;&lt; 3 | type</c>) of the messages that are read by hand. Source: the <c>.proto</c> files beside.</summary>
static class Tags
{
    /// <summary>Field 1 of <c>ExportLogsServiceRequest</c>.</summary>
    public const uint ResourceLogs = 1 << 3 | 2;

    public static class ResourceLogsFields
    {
        public const uint Resource = 1 << 3 | 2;
        public const uint ScopeLogs = 2 << 3 | 2;
        public const uint SchemaUrl = 3 << 3 | 2;
    }

    public static class ScopeLogsFields
    {
        public const uint Scope = 1 << 3 | 2;
        public const uint LogRecords = 2 << 3 | 2;
        public const uint SchemaUrl = 3 << 3 | 2;
    }

    public static class Record
    {
        public const uint TimeUnixNano = 1 << 3 | 1;
        public const uint SeverityNumber = 2 << 3 | 0;
        public const uint SeverityText = 3 << 3 | 2;
        public const uint Body = 5 << 3 | 2;
        public const uint Attributes = 6 << 3 | 2;
        public const uint DroppedAttributesCount = 7 << 3 | 0;
        public const uint Flags = 8 << 3 | 5;
        public const uint TraceId = 9 << 3 | 2;
        public const uint SpanId = 10 << 3 | 2;
        public const uint ObservedTimeUnixNano = 11 << 3 | 1;
        public const uint EventName = 12 << 3 | 2;
    }

    public static class Resource
    {
        public const uint Attributes = 1 << 3 | 2;
        public const uint DroppedAttributesCount = 2 << 3 | 0;
        public const uint EntityRefs = 3 << 3 | 2;
    }

    public static class EntityRef
    {
        public const uint SchemaUrl = 1 << 3 | 2;
        public const uint Type = 2 << 3 | 2;
        public const uint IdKeys = 3 << 3 | 2;
        public const uint DescriptionKeys = 4 << 3 | 2;
    }

    public static class Scope
    {
        public const uint Name = 1 << 3 | 2;
        public const uint Version = 2 << 3 | 2;
        public const uint Attributes = 3 << 3 | 2;
        public const uint DroppedAttributesCount = 4 << 3 | 0;
    }

    public static class KeyValue
    {
        public const uint Key = 1 << 3 | 2;
        public const uint Value = 2 << 3 | 2;
    }

    public static class AnyValue
    {
        public const uint String = 1 << 3 | 2;
        public const uint Bool = 2 << 3 | 0;
        public const uint Int = 3 << 3 | 0;
        public const uint Double = 4 << 3 | 1;
        public const uint Array = 5 << 3 | 2;
        public const uint KeyValueList = 6 << 3 | 2;
        public const uint Bytes = 7 << 3 | 2;
    }

    /// <summary>Field 1 of <c>ArrayValue</c> and of <c>KeyValueList</c>.</summary>
    public const uint Values = 1 << 3 | 2;
}
