namespace Receivers;

/// <summary>What <see cref="LogRecord.Original"/> holds; tells outputs how to read the rest of a record.</summary>
public enum RecordFormat : byte
{
    /// <summary>A syslog message: everything there is lies in the slices.</summary>
    Syslog,

    /// <summary>An encoded <c>opentelemetry.proto.logs.v1.LogRecord</c>; attributes, ids, flags and event name are read from it.</summary>
    Otlp,
}
