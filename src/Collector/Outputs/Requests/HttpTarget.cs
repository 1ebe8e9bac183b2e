using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Text;

namespace Collector.Outputs.Requests;

/// <summary>The far side of an output: its connections, what is said about us with each request, and what people may read about it.</summary>
/// <remarks>Texts name its scheme, host and port; paths, headers and credentials appear in none.</remarks>
sealed class HttpTarget : IDisposable
{
    // TCP and TLS together: a server that never says hello is given up (and tried again by the queue).
    static readonly TimeSpan ConnectMax = TimeSpan.FromSeconds(10);

    // After that a new connection looks the name up again.
    static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    // Headers and trailers together.
    const int HeadersKiB = 64;

    readonly List<(string Name, string Value)> _headers = [];
    readonly List<string> _secrets = [];
    readonly SslClientAuthenticationOptions? _tls;
    readonly string _name;

    /// <param name="options">Checked.</param>
    /// <param name="output">Name of the output, for messages.</param>
    /// <exception cref="OutputStartException">A certificate cannot be used.</exception>
    public HttpTarget(HttpTargetOptions options, string output)
    {
        Options = options;
        _name = options.Endpoint.GetLeftPart(UriPartial.Authority);
        _tls = options.Endpoint.Scheme == Uri.UriSchemeHttps ? HttpTls.Load(options.Tls, output) : null;
        foreach (string header in options.Headers.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            int at = header.IndexOf('=', StringComparison.Ordinal);
            AddSecret(header[..at], header[(at + 1)..]);
        }

        if (options.BearerToken.Length > 0)
        {
            AddSecret("Authorization", "Bearer " + options.BearerToken);
            _secrets.Add(options.BearerToken);
        }

        if (options.User.Length > 0)
        {
            AddSecret("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.User}:{options.Password}")));
            _secrets.Add(options.Password);
        }
    }

    public HttpTargetOptions Options { get; }

    /// <summary>Further headers for each request, lower-case names; none of them is secret.</summary>
    public List<(string Name, string Value)> PlainHeaders { get; init; } = [];

    /// <summary>All headers that we add.</summary>
    public IEnumerable<(string Name, string Value)> Headers => _headers.Concat(PlainHeaders);

    /// <summary>A handler that the caller disposes.</summary>
    public SocketsHttpHandler CreateHandler()
    {
        SocketsHttpHandler handler = new()
        {
            // Nothing but the configuration file configures; a redirect would carry the records to where nobody sent them.
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = Options.Timeout < ConnectMax ? Options.Timeout : ConnectMax,
            PooledConnectionLifetime = ConnectionLifetime,
            // Finds a dead HTTP/2 connection before the next request does.
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
            MaxResponseHeadersLength = HeadersKiB,
            MaxResponseDrainSize = 0,
        };
        if (_tls is not null)
        {
            handler.SslOptions = _tls;
        }

        return handler;
    }

    public void AddHeaders(HttpRequestHeaders headers)
    {
        headers.TryAddWithoutValidation("User-Agent", "collector");
        foreach ((string name, string value) in Headers)
        {
            headers.TryAddWithoutValidation(name, value);
        }
    }

    /// <summary>The outcome, with the far side's name before what it said and without what is secret.</summary>
    public SendOutcome Named(SendOutcome outcome) =>
        outcome.Reason.Length == 0 ? outcome : outcome with { Detail = Hide(outcome.Detail.Length == 0 ? _name : $"{_name}: {outcome.Detail}") };

    public SendOutcome Unreachable(Exception e) => Named(SendOutcome.Retry("unreachable", e.GetBaseException().Message));

    public SendOutcome TimedOut() => Named(SendOutcome.Retry(
        "timeout", string.Create(CultureInfo.InvariantCulture, $"no answer within {Options.Timeout.TotalSeconds:0.###} s")));

    public void Dispose()
    {
        if (_tls?.ClientCertificateContext is { } own)
        {
            own.TargetCertificate.Dispose();
        }
    }

    void AddSecret(string name, string value)
    {
        _headers.Add((name, value));
        _secrets.Add(value);
    }

    /// <summary>Some far sides repeat in their answer what they were sent.</summary>
    string Hide(string text)
    {
        foreach (string secret in _secrets)
        {
            // A value of a few characters is no secret, and hiding it would make a riddle of the text.
            if (secret.Length >= 6)
            {
                text = text.Replace(secret, "***", StringComparison.Ordinal);
            }
        }

        return text;
    }
}
