using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Classifier;

namespace Collector.Status;

/// <summary>The HTTP server for people on this host: the page, <c>/api/...</c> and <c>POST /-/reload</c>. Shows log content, so it listens on loopback unless told otherwise.</summary>
/// <remarks>
/// It has no login, so a web site that a person on this host visits must not reach it either: a request that names it by a host name (which
/// somebody else may have pointed here) or that comes from another page is refused.
/// </remarks>
sealed class StatusEndpoints : IAsyncDisposable
{
    static readonly Dictionary<string, (string ContentType, byte[] Content)> Files = new(StringComparer.Ordinal)
    {
        ["/"] = ("text/html; charset=utf-8", Read("index.html")),
        ["/page.css"] = ("text/css; charset=utf-8", Read("page.css")),
        ["/page.js"] = ("text/javascript; charset=utf-8", Read("page.js")),
    };

    readonly EmbeddedServer _server;
    readonly Reloads _reloads;
    readonly LogClassifier _classifier;
    readonly Func<StatusReport> _report;
    readonly Func<string> _configuration;
    readonly RecentCriticals _criticals;

    /// <param name="listen">Address and port; port 0 picks one.</param>
    /// <param name="report">Asks every part.</param>
    /// <param name="configuration">The settings in force as YAML, without secrets.</param>
    /// <param name="criticals">The last critical records.</param>
    /// <param name="reloads">Whom to ask for a reload.</param>
    /// <param name="classifier">Knows the templates.</param>
    public StatusEndpoints(IPEndPoint listen, Func<StatusReport> report, Func<string> configuration, RecentCriticals criticals, Reloads reloads, LogClassifier classifier)
    {
        _report = report;
        _configuration = configuration;
        _criticals = criticals;
        _reloads = reloads;
        _classifier = classifier;
        _server = new EmbeddedServer("status.listen", listen, AnswerAsync);
    }

    /// <summary>Where it listens, with the real port; empty before the start.</summary>
    public string Listening => _server.Listening;

    /// <exception cref="HttpStartException">The port cannot be had.</exception>
    public Task StartAsync(CancellationToken cancellationToken) => _server.StartAsync(cancellationToken);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    static byte[] Read(string name)
    {
        using Stream stream = typeof(StatusEndpoints).Assembly.GetManifestResourceStream("page/" + name)!;
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }

    Task AnswerAsync(HttpContext context)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = "no-referrer";
        if (!IsNamedByAddress(context.Request.Host) || !IsOwnPage(context.Request))
        {
            return TextAsync(context, StatusCodes.Status403Forbidden, "Ask by address (127.0.0.1, or localhost), and not from another site's page.\n");
        }

        string path = context.Request.Path.Value ?? "";
        bool isReload = path == "/-/reload";
        if (isReload ? !HttpMethods.IsPost(context.Request.Method) : !HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            headers.Allow = isReload ? "POST" : "GET, HEAD";
            return TextAsync(context, StatusCodes.Status405MethodNotAllowed, $"{path} takes {headers.Allow}.\n");
        }

        return path switch
        {
            "/api/status" => StatusAsync(context),
            "/api/criticals" => BodyAsync(context, "application/json", Encoding.UTF8.GetBytes($"{{\"criticals\":[{string.Join(',', _criticals.Lines)}]}}\n")),
            "/api/templates" => TemplatesAsync(context),
            "/api/config" => BodyAsync(context, "application/yaml", Encoding.UTF8.GetBytes(_configuration())),
            "/-/reload" => ReloadAsync(context),
            _ when Files.TryGetValue(path, out (string ContentType, byte[] Content) file) => BodyAsync(context, file.ContentType, file.Content),
            _ => TextAsync(context, StatusCodes.Status404NotFound, "Nothing here. Try /, /api/status, /api/criticals, /api/templates or /api/config.\n"),
        };
    }

    static bool IsNamedByAddress(HostString host) => host.Host is "localhost" || IPAddress.TryParse(host.Host.Trim('[', ']'), out _);

    // Browsers say where a request comes from; other programs say nothing.
    static bool IsOwnPage(HttpRequest request) =>
        request.Headers["Sec-Fetch-Site"].FirstOrDefault() is null or "same-origin" or "none"
        && (request.Headers.Origin.FirstOrDefault() is not { } origin || origin == $"http://{request.Host}");

    Task StatusAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        return JsonSerializer.SerializeAsync(context.Response.Body, _report(), StatusJson.Default.StatusReport, context.RequestAborted);
    }

    Task TemplatesAsync(HttpContext context)
    {
        string? asked = context.Request.Query["limit"];
        int limit = TemplatesJson.LimitDefault;
        if (asked is not null && (!int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > TemplatesJson.LimitMax))
        {
            return TextAsync(context, StatusCodes.Status400BadRequest, $"limit must be 1 to {TemplatesJson.LimitMax}.\n");
        }

        ArrayBufferWriter<byte> answer = new();
        TemplatesJson.Write(answer, _classifier.Templates(limit));
        return BodyAsync(context, "application/json", answer.WrittenSpan.ToArray());
    }

    async Task ReloadAsync(HttpContext context)
    {
        IReadOnlyList<string> problems = await _reloads.AskAsync(context.RequestAborted).ConfigureAwait(false);
        await (problems.Count == 0
            ? TextAsync(context, StatusCodes.Status200OK, "Reloaded.\n")
            : TextAsync(context, StatusCodes.Status400BadRequest, string.Join('\n', problems) + "\n")).ConfigureAwait(false);
    }

    static Task TextAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(text, context.RequestAborted);
    }

    static Task BodyAsync(HttpContext context, string contentType, byte[] content)
    {
        context.Response.ContentType = contentType;
        context.Response.ContentLength = content.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.Body.WriteAsync(content, context.RequestAborted).AsTask();
    }
}
