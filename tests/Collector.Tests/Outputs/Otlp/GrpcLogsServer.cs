using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Proto.Collector.Logs.V1;

namespace Collector.Tests.Outputs.Otlp;

/// <summary>A gRPC server of ASP.NET Core on loopback that answers as told.</summary>
sealed class GrpcLogsServer : IAsyncDisposable
{
    readonly WebApplication _app;
    readonly string _scheme;

    GrpcLogsServer(WebApplication app, string scheme) => (_app, _scheme) = (app, scheme);

    public string Address => $"{_scheme}://localhost:{new Uri(_app.Urls.Single()).Port}";

    public ChannelReader<(ExportLogsServiceRequest Request, IHeaderDictionary Headers)> Requests => _app.Services.GetRequiredService<Service>().Requests.Reader;

    /// <param name="answer">Called for each request; may throw.</param>
    /// <param name="certificate">For TLS.</param>
    /// <param name="wantsClient">Asks for a client's certificate and takes any.</param>
    public static async Task<GrpcLogsServer> StartAsync(
        Func<ServerCallContext, ExportLogsServiceResponse> answer, X509Certificate2? certificate = null, bool wantsClient = false)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(new Service(answer));
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            if (certificate is not null)
            {
                listen.UseHttps(https =>
                {
                    https.ServerCertificate = certificate;
                    https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
                    https.ClientCertificateMode = wantsClient ? ClientCertificateMode.RequireCertificate : ClientCertificateMode.NoCertificate;
                    https.ClientCertificateValidation = static (_, _, _) => true;
                });
            }
        }));
        WebApplication app = builder.Build();
        app.MapGrpcService<Service>();
        await app.StartAsync();
        return new GrpcLogsServer(app, certificate is null ? "http" : "https");
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    public sealed class Service(Func<ServerCallContext, ExportLogsServiceResponse> answer) : LogsService.LogsServiceBase
    {
        public Channel<(ExportLogsServiceRequest Request, IHeaderDictionary Headers)> Requests { get; } = Channel.CreateUnbounded<(ExportLogsServiceRequest, IHeaderDictionary)>();

        public override Task<ExportLogsServiceResponse> Export(ExportLogsServiceRequest request, ServerCallContext context)
        {
            Requests.Writer.TryWrite((request, new HeaderDictionary(context.GetHttpContext().Request.Headers.ToDictionary(StringComparer.OrdinalIgnoreCase))));
            return Task.FromResult(answer(context));
        }
    }
}
