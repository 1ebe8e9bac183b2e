using Microsoft.AspNetCore.Http;

namespace Receivers.Otlp.Security;

/// <summary>Lets pages of named origins send from a browser. Off unless origins are named. Source: Fetch standard, "HTTP extensions".</summary>
sealed class OtlpCors
{
    /// <summary>Two hours, the longest that Chromium keeps an answer.</summary>
    const string MaxAgeSeconds = "7200";

    static readonly string[] OwnHeaders = ["Content-Type", "Content-Encoding", "Authorization"];

    readonly bool _isAny;
    readonly HashSet<string> _origins;
    readonly string _headers;

    public OtlpCors(OtlpOptions options)
    {
        _isAny = options.CorsOrigins.Contains("*");
        _origins = new HashSet<string>(options.CorsOrigins, StringComparer.OrdinalIgnoreCase);
        _headers = string.Join(", ", OwnHeaders.Concat(options.CorsHeaders));
    }

    /// <summary>Adds the headers that the browser of an allowed page looks for.</summary>
    /// <returns>True when the request was a preflight and is answered.</returns>
    public bool Handle(HttpContext context)
    {
        if (_origins.Count == 0)
        {
            return false;
        }

        context.Response.Headers.Append("Vary", "Origin");
        string? origin = context.Request.Headers.Origin;
        if (origin is null || !(_isAny || _origins.Contains(origin)))
        {
            return false;
        }

        context.Response.Headers.AccessControlAllowOrigin = _isAny ? "*" : origin;
        if (!HttpMethods.IsOptions(context.Request.Method) || context.Request.Headers.AccessControlRequestMethod.Count == 0)
        {
            return false;
        }

        context.Response.Headers.AccessControlAllowMethods = "POST";
        context.Response.Headers.AccessControlAllowHeaders = _headers;
        context.Response.Headers.AccessControlMaxAge = MaxAgeSeconds;
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return true;
    }
}
