using System.Globalization;
using System.Net.Http.Headers;
using System.Text;

namespace Collector.Outputs.Requests;

/// <summary>The far side of an output: how it is reached, what is said about us with each request, and what people may read about it.</summary>
/// <remarks>Texts name its scheme, host and port; paths, headers and credentials appear in none.</remarks>
sealed class HttpTarget
{
    readonly List<(string Name, string Value)> _headers = [];
    readonly List<string> _secrets = [];
    readonly string _output;
    readonly OutputContext _context;
    readonly string _name;

    /// <param name="options">Checked.</param>
    /// <param name="output">Name of the output, for messages.</param>
    /// <param name="context">Clock and loggers.</param>
    public HttpTarget(HttpTargetOptions options, string output, OutputContext context)
    {
        Options = options;
        _output = output;
        _context = context;
        _name = options.Endpoint.GetLeftPart(UriPartial.Authority);
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

    public TimeProvider Time => _context.Time;

    /// <summary>Connections, the caller's own.</summary>
    /// <param name="open">Makes what requests go through of a handler, which it then owns.</param>
    /// <exception cref="OutputStartException">A certificate cannot be used.</exception>
    public HttpConnection<TClient> Connect<TClient>(Func<SocketsHttpHandler, TClient> open)
        where TClient : class, IDisposable =>
        new(Options.Connection, Options.Endpoint.Scheme == Uri.UriSchemeHttps, Options.Timeout, _output, _context, open);

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
        outcome.Reason.Length + outcome.Detail.Length == 0 ? outcome : outcome with { Detail = Hide(outcome.Detail.Length == 0 ? _name : $"{_name}: {outcome.Detail}") };

    public SendOutcome Unreachable(Exception e) => Named(SendOutcome.Retry("unreachable", e.GetBaseException().Message));

    public SendOutcome TimedOut() => Named(SendOutcome.Retry(
        "timeout", string.Create(CultureInfo.InvariantCulture, $"no answer within {Options.Timeout.TotalSeconds:0.###} s")));

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
