using System.Net;
using Grpc.AspNetCore.Server.Model;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Receivers.Otlp.Grpc;
using Receivers.Otlp.Http;
using Receivers.Otlp.Inflating;
using Receivers.Otlp.Security;
using Receivers.Tls;

namespace Receivers.Otlp;

/// <summary>OTLP logs over gRPC and HTTP.</summary>
/// <remarks>
/// Success is answered when the sink has taken every record of a request; a request is taken whole or refused whole. The gRPC port also takes OTLP/HTTP
/// over HTTP/2, and with TLS the HTTP port also takes gRPC.
/// </remarks>
public sealed class OtlpReceiver : IReceiver
{
    readonly OtlpOptions _options;
    readonly ILogger _logger;
    readonly TimeProvider _time;
    readonly ReceiverStatistics _grpcStatistics = new(OtlpBatches.ReceiverName, OtlpGrpcCall.Transport);
    readonly ReceiverStatistics _httpStatistics = new(OtlpBatches.ReceiverName, OtlpHttpEndpoint.Transport);
    readonly List<string> _listening = [];
    WebApplication? _app;
    TlsServer? _tls;
    OtlpIntake? _intake;

    /// <param name="options">Not changed afterwards.</param>
    /// <param name="logs">For messages about the receiver; never about a single record or request.</param>
    /// <param name="time">The clock of time stamps and waits.</param>
    public OtlpReceiver(OtlpOptions options, ILoggerFactory logs, TimeProvider time)
    {
        _options = options;
        _logger = logs.CreateLogger("Receivers.Otlp");
        _time = time;
        Statistics = [_grpcStatistics, _httpStatistics];
    }

    public string Name => OtlpBatches.ReceiverName;

    public IReadOnlyList<ReceiverStatistics> Statistics { get; }

    public IReadOnlyList<string> Listening => _listening;

    public string? Problem => _tls?.Problem;

    public DateTimeOffset? CertificateExpiry => _tls?.CertificateExpiry;

    public async Task StartAsync(IRecordSink sink, CancellationToken cancellationToken)
    {
        if (_options.Grpc is null && _options.Http is null)
        {
            return;
        }

        _tls = _options.Tls is { } tls ? new TlsServer(tls, _logger, _time) : null;
        _intake = new OtlpIntake(_options, sink, _time, _logger);
        WebApplication app = Build(_intake, out Func<IEnumerable<string>> listening);
        try
        {
            await app.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException)
        {
            await app.DisposeAsync().ConfigureAwait(false);
            throw new ReceiverStartException(
                $"otlp: cannot listen on {Describe()}: {exception.Message} Change receivers.otlp, or stop what uses the port.", exception);
        }

        _app = app;
        _listening.AddRange(listening());
    }

    public async Task StopAsync(CancellationToken deadline)
    {
        if (_app is not { } app || _intake is not { } intake)
        {
            return;
        }

        _app = null;
        intake.Stop();
        // Kestrel takes no new connections and waits for the requests that it has; at the deadline those that wait for room are told to come again.
        using (deadline.UnsafeRegister(static intake => ((OtlpIntake)intake!).EndWaiting(), intake))
        {
            await app.StopAsync(deadline).ConfigureAwait(false);
        }

        await app.DisposeAsync().ConfigureAwait(false);
        intake.Dispose();
        _listening.Clear();
    }

    public async ValueTask DisposeAsync() => await StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);

    WebApplication Build(OtlpIntake intake, out Func<IEnumerable<string>> listening)
    {
        // Empty: nothing of the environment or of files beside the binary opens a port or changes a limit.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        List<(string Transport, IPEndPoint Asked, ListenOptions Options)> listeners = [];
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            OtlpLimits.Apply(kestrel, _options);
            if (_options.Grpc is { } grpc)
            {
                Open(kestrel, grpc, listener => Listen(OtlpGrpcCall.Transport, grpc, listener, HttpProtocols.Http2, _grpcStatistics));
            }

            if (_options.Http is { } http)
            {
                Open(kestrel, http, listener => Listen(OtlpHttpEndpoint.Transport, http, listener, HttpProtocols.Http1AndHttp2, _httpStatistics));
            }
        });

        OtlpAuthentication authentication = new(_options);
        builder.Services.AddSingleton<IMemoryPoolFactory<byte>>(new BlockPool());
        builder.Services.AddRouting();
        builder.Services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = _options.GrpcMessageBytesMax;
            grpc.EnableDetailedErrors = false;
            grpc.CompressionProviders.Clear();
            grpc.CompressionProviders.Add(new InflatingProvider("gzip", ContentCoding.Gzip, _options));
            grpc.CompressionProviders.Add(new InflatingProvider("deflate", ContentCoding.Deflate, _options));
            grpc.CompressionProviders.Add(new InflatingProvider("zstd", ContentCoding.Zstd, _options));
        });
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IServiceMethodProvider<OtlpGrpcService>, OtlpGrpcMethods>());
        builder.Services.AddSingleton(new OtlpGrpcService(intake, _grpcStatistics));
        // Signals are the appliance's business; the default lifetime would catch them.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();

        WebApplication app = builder.Build();
        OtlpGrpcFront front = new(intake, authentication, _grpcStatistics);
        OtlpHttpEndpoint endpoint = new(intake, authentication, new OtlpCors(_options), _httpStatistics);
        app.Use(next => context => OtlpGrpcFront.IsGrpc(context.Request) ? front.HandleAsync(context, next) : endpoint.HandleAsync(context));
        app.MapGrpcService<OtlpGrpcService>();
        listening = () => listeners.Select(listener => $"{listener.Transport} {listener.Options.IPEndPoint ?? listener.Asked}");
        return app;

        void Listen(string transport, IPEndPoint asked, ListenOptions listener, HttpProtocols protocols, ReceiverStatistics statistics)
        {
            listener.Protocols = protocols;
            listener.Use(next => connection => OpenAsync(connection, next, statistics, intake));
            if (_tls is { } tls)
            {
                listener.UseHttps(new TlsHandshakeCallbackOptions
                {
                    HandshakeTimeout = TlsServer.HandshakeTimeout,
                    OnConnection = _ => ValueTask.FromResult(tls.Options()),
                });
            }

            int first = protocols == HttpProtocols.Http2 ? FirstBytes.Http2Preface : 1;
            listener.Use(next => connection => ServeAsync(connection, next, first, statistics));
            listeners.Add((transport, asked, listener));
        }
    }

    static void Open(KestrelServerOptions kestrel, IPEndPoint endPoint, Action<ListenOptions> configure)
    {
        if (InheritedSockets.OfProcess.Duplicate(endPoint) is { } file)
        {
            kestrel.ListenHandle(file, configure);
        }
        else
        {
            kestrel.Listen(endPoint, configure);
        }
    }

    static async Task OpenAsync(ConnectionContext connection, ConnectionDelegate next, ReceiverStatistics statistics, OtlpIntake intake)
    {
        // Requests see the features of their connection.
        connection.Features.Set(intake.OpenLane());
        statistics.AddConnections(1);
        try
        {
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            statistics.AddConnections(-1);
        }
    }

    async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next, int first, ReceiverStatistics statistics)
    {
        if (await FirstBytes.ArriveAsync(connection, first, _time).ConfigureAwait(false))
        {
            await next(connection).ConfigureAwait(false);
        }
        else
        {
            statistics.AddRefused(OtlpRefusals.Silent);
            connection.Abort();
        }
    }

    string Describe() => string.Join(" and ", new[] { _options.Grpc, _options.Http }.OfType<IPEndPoint>());

    sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
