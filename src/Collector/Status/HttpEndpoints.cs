using System.Net;
using System.Text.Json;
using Collector.Metrics;

namespace Collector.Status;

/// <summary>The HTTP server for machines: <c>/metrics</c>, <c>/livez</c>, <c>/readyz</c>, <c>/healthz</c>. Reads only, shows no log content.</summary>
sealed class HttpEndpoints : IAsyncDisposable
{
    readonly EmbeddedServer _server;
    readonly MetricsPage _metrics;
    readonly Health _health;

    /// <param name="listen">Address and port; port 0 picks one.</param>
    /// <param name="metrics">Answers <c>/metrics</c>.</param>
    /// <param name="health">Answers the probes.</param>
    public HttpEndpoints(IPEndPoint listen, MetricsPage metrics, Health health)
    {
        _metrics = metrics;
        _health = health;
        _server = new EmbeddedServer("http.listen", listen, AnswerAsync);
    }

    /// <summary>Where it listens, with the real port; empty before the start.</summary>
    public string Listening => _server.Listening;

    /// <exception cref="HttpStartException">The port cannot be had.</exception>
    public Task StartAsync(CancellationToken cancellationToken) => _server.StartAsync(cancellationToken);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

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
