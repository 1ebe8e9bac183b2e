namespace Receivers;

/// <summary>What many records of a batch share: the peer that sent them and, for OTLP, the resource and scope they belong to.</summary>
/// <param name="Peer">Who sent it.</param>
/// <param name="Resource">Encoded OTLP <c>Resource</c> message in the batch's buffer; empty for syslog.</param>
/// <param name="ResourceSchemaUrl">OTLP <c>ResourceLogs.schema_url</c>; empty for syslog.</param>
/// <param name="Scope">Encoded OTLP <c>InstrumentationScope</c> message; empty for syslog.</param>
/// <param name="ScopeSchemaUrl">OTLP <c>ScopeLogs.schema_url</c>; empty for syslog.</param>
public readonly record struct RecordSource(
    PeerAddress Peer, Slice Resource = default, Slice ResourceSchemaUrl = default, Slice Scope = default, Slice ScopeSchemaUrl = default);
