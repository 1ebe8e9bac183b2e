using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Collector.Status;

/// <summary>A small HTTP/1.1 server that reads no bodies: what the ports for machines and for people have in common.</summary>
sealed class EmbeddedServer : IAsyncDisposable
{
    readonly WebApplication _app;
    readonly IPEndPoint _listen;
    readonly string _setting;

    /// <param name="setting">Key of its address, for messages: <c>http.listen</c>.</param>
    /// <param name="listen">Address and port; port 0 picks one.</param>
    /// <param name="answer">Answers every request.</param>
    public EmbeddedServer(string setting, IPEndPoint listen, RequestDelegate answer)
    {
        _setting = setting;
        _listen = listen;
        // Empty: no settings from environment variables or files, which would open ports behind the configuration's back.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = 256;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.Listen(listen, options => options.Protocols = HttpProtocols.Http1);
        });
        // The signals are the appliance's: the probes answer until its stop is over.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        _app = builder.Build();
        _app.Run(answer);
    }

    /// <summary>Where it listens, with the real port; empty before the start.</summary>
    public string Listening => _app.Urls.FirstOrDefault() ?? "";

    /// <exception cref="HttpStartException">The port cannot be had.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _app.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            throw new HttpStartException(
                $"http {_listen}: {(e.GetBaseException() as SocketException)?.Message ?? e.Message}. Free the port, or set {_setting} to another address.", e);
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    /// <summary>The server only answers: no signals are taken from the appliance.</summary>
    sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

/// <summary>A port of the appliance's own pages cannot be had. The message is one line for a person: what, where, and what to do.</summary>
sealed class HttpStartException(string message, Exception? inner = null) : Exception(message, inner);
