using Microsoft.Extensions.Logging;

namespace Receivers.Otlp;

public sealed partial class OtlpReceiver
{
    [LoggerMessage(6101, LogLevel.Information, "OTLP listens on {Listening}.")]
    static partial void LogListening(ILogger logger, string listening);
}
