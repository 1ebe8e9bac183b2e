namespace Collector.Outputs.Otlp;

/// <summary>Names of the attributes that we write.</summary>
static class OtlpKeys
{
    // OpenTelemetry semantic conventions.
    public static readonly OtlpKey HostName = new("host.name");
    public static readonly OtlpKey ServiceName = new("service.name");
    public static readonly OtlpKey Original = new("log.record.original");
    public static readonly OtlpKey Transport = new("network.transport");
    public static readonly OtlpKey PeerAddress = new("network.peer.address");
    public static readonly OtlpKey PeerPort = new("network.peer.port");

    // The collector's own.
    public static readonly OtlpKey Severity = new("collector.severity");
    public static readonly OtlpKey Category = new("collector.category");
    public static readonly OtlpKey Confidence = new("collector.confidence");
    public static readonly OtlpKey Source = new("collector.verdict.source");
    public static readonly OtlpKey Template = new("collector.template.id");
    public static readonly OtlpKey Model = new("collector.model");
    public static readonly OtlpKey Parse = new("collector.parse");

    /// <summary>What all names of the verdict begin with.</summary>
    public static ReadOnlySpan<byte> VerdictPrefix => "collector."u8;

    /// <summary>True for the names of the verdict, which a collector before this one may have written.</summary>
    public static bool IsOfVerdict(ReadOnlySpan<byte> name) =>
        name.StartsWith(VerdictPrefix)
        && (name.SequenceEqual(Severity.Name) || name.SequenceEqual(Category.Name) || name.SequenceEqual(Confidence.Name)
            || name.SequenceEqual(Source.Name) || name.SequenceEqual(Template.Name) || name.SequenceEqual(Model.Name));
}
