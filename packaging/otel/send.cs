// Sends one log record with OpenTelemetry's SDK for .NET, to where the environment says (sdk.env), else to 127.0.0.1:4317.
// One file for .NET 10; copy it out of this repository first: dotnet run send.cs
#:package OpenTelemetry.Exporter.OpenTelemetryProtocol@1.20.1
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;

using OpenTelemetrySdk sdk = OpenTelemetrySdk.Create(builder => builder
    .WithLogging(configureBuilder: null, configureOptions: options => options.IncludeFormattedMessage = true)
    .UseOtlpExporter());
sdk.GetLoggerFactory().CreateLogger("shop").LogInformation("SQL injection attempt detected in API.");
