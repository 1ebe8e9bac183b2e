using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Collector.Metrics;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Collector.Status;

/// <summary>The HTTP server for machines: <c>/metrics</c>, <c>/livez</c>, <c>/readyz</c>, <c>/healthz</c>. Reads only, shows no log content.</summary>
sealed class HttpEndpoints : IAsyncDisposable
{
    readonly WebApplication _app;
    readonly IPEndPoint _listen;
    readonly MetricsPage _metrics;
    readonly Health _health;

    /// <param name="listen">Address and port; port 0 picks one.</param>
    /// <param name="metrics">Answers <c>/metrics</c>.</param>
    /// <param name="health">Answers the probes.</param>
    public HttpEndpoints(IPEndPoint listen, MetricsPage metrics, Health health)
    {
        _listen = listen;
        _metrics = metrics;
        _health = health;
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
        _app.Run(AnswerAsync);
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
                $"http {_listen}: {(e.GetBaseException() as SocketException)?.Message ?? e.Message}. Free the port, or set http.listen to another address.", e);
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    Task AnswerAsync(HttpContext context)
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            context.Response.Headers.Allow = "GET, HEAD";
            return Task.CompletedTask;
        }

        return context.Request.Path.Value switch
        {
            "/metrics" => _metrics.WriteAsync(context),
            "/livez" => WriteLiveAsync(context),
            "/readyz" or "/healthz" => WriteHealthAsync(context),
            "/" => context.Response.WriteAsync("Collector: /metrics /livez /readyz /healthz\n", context.RequestAborted),
            _ => NotFound(context),
        };
    }

    // Only what a restart would mend: a pipeline task that died. An output that is down is no reason to restart.
    Task WriteLiveAsync(HttpContext context)
    {
        string? problem = _health.LivenessProblem;
        context.Response.StatusCode = problem is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return context.Response.WriteAsync((problem ?? "ok") + "\n", context.RequestAborted);
    }

    Task WriteHealthAsync(HttpContext context)
    {
        HealthReport report = _health.Report();
        context.Response.StatusCode =
            report.Status == ComponentHealth.Failed ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
        context.Response.ContentType = "application/json";
        return JsonSerializer.SerializeAsync(context.Response.Body, report, StatusJson.Default.HealthReport, context.RequestAborted);
    }

    static Task NotFound(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return context.Response.WriteAsync("Nothing here. Try /metrics, /livez, /readyz or /healthz.\n", context.RequestAborted);
    }
}

/// <summary>Keeps the web host from taking SIGTERM and SIGINT for itself.</summary>
sealed class NoLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>The metrics port cannot be had. The message is one line for a person: what, where, and what to do.</summary>
sealed class HttpStartException(string message, Exception? inner = null) : Exception(message, inner);
