namespace Collector.Outputs.Tls;

/// <summary>What outputs log about the files of TLS.</summary>
static partial class TlsLog
{
    [LoggerMessage(3251, LogLevel.Information, "Output {Output} uses new certificates")]
    public static partial void Renewed(ILogger logger, string output);

    [LoggerMessage(3252, LogLevel.Warning, "Output {Output} keeps the certificates that it has: {Problem}")]
    public static partial void Kept(ILogger logger, string output, string problem);
}
