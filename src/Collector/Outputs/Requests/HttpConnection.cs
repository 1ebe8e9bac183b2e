using System.Net;
using System.Net.Security;
using Collector.Outputs.Tls;

namespace Collector.Outputs.Requests;

/// <summary>What an output sends its requests through: one set of connections, made anew when the files of TLS were replaced.</summary>
/// <typeparam name="TClient">Owns the handler that it is made from.</typeparam>
/// <remarks>Used by one task.</remarks>
sealed class HttpConnection<TClient> : IDisposable
    where TClient : class, IDisposable
{
    // TCP and TLS together: a server that never says hello is given up (and tried again by the queue).
    static readonly TimeSpan ConnectMax = TimeSpan.FromSeconds(10);

    // After that a new connection looks the name up again.
    static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    // Headers and trailers together.
    const int HeadersKiB = 64;

    readonly HttpConnectionOptions _options;
    readonly Func<SocketsHttpHandler, TClient> _open;
    readonly TimeSpan _connectTimeout;
    readonly TlsFileWatch? _files;
    readonly ILogger _logger;
    readonly string _output;
    SslClientAuthenticationOptions? _tls;
    TClient _client;

    /// <param name="options">Checked.</param>
    /// <param name="isEncrypted">Whether the far side's address is https.</param>
    /// <param name="timeout">Of a whole request; connecting takes no longer.</param>
    /// <param name="output">Name of the output, for messages.</param>
    /// <param name="context">Clock and loggers.</param>
    /// <param name="open">Makes the client of a handler, which it then owns.</param>
    /// <exception cref="OutputStartException">A certificate cannot be used.</exception>
    public HttpConnection(
        HttpConnectionOptions options, bool isEncrypted, TimeSpan timeout, string output, OutputContext context, Func<SocketsHttpHandler, TClient> open)
    {
        _options = options;
        _open = open;
        _output = output;
        _logger = context.Loggers.CreateLogger("Collector.Outputs." + output);
        _connectTimeout = timeout < ConnectMax ? timeout : ConnectMax;
        if (isEncrypted)
        {
            _files = new TlsFileWatch(options.Tls, context.Time);
            _tls = ClientTls.LoadAtStart(options.Tls, output);
        }

        _client = open(Handler());
    }

    /// <summary>The client for the next request. No request may be under way.</summary>
    public TClient Client
    {
        get
        {
            if (_files is not null && _files.HasNews())
            {
                Renew();
            }

            return _client;
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _tls?.ClientCertificateContext?.TargetCertificate.Dispose();
    }

    void Renew()
    {
        SslClientAuthenticationOptions tls;
        try
        {
            tls = ClientTls.Load(_options.Tls);
        }
        catch (IOException e)
        {
            TlsLog.Kept(_logger, _output, OneLine.Of(e.Message));
            return;
        }

        Dispose();
        _tls = tls;
        _client = _open(Handler());
        TlsLog.Renewed(_logger, _output);
    }

    SocketsHttpHandler Handler()
    {
        SocketsHttpHandler handler = new()
        {
            // Nothing but the configuration file configures; a redirect would carry the records to where nobody sent them.
            UseProxy = _options.Proxy.Length > 0,
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = _connectTimeout,
            PooledConnectionLifetime = ConnectionLifetime,
            // Finds a dead HTTP/2 connection before the next request does.
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
            MaxResponseHeadersLength = HeadersKiB,
            MaxResponseDrainSize = 0,
        };
        if (_options.Proxy.Length > 0)
        {
            handler.Proxy = Proxy(new Uri(_options.Proxy));
        }

        if (_tls is not null)
        {
            handler.SslOptions = _tls;
        }

        return handler;
    }

    // The login apart: exceptions name the proxy's address.
    static WebProxy Proxy(Uri address)
    {
        string[] login = address.UserInfo.Split(':', 2);
        return new WebProxy(new Uri(address.GetLeftPart(UriPartial.Scheme) + address.Authority))
        {
            Credentials = address.UserInfo.Length == 0 ? null : new NetworkCredential(Uri.UnescapeDataString(login[0]), Uri.UnescapeDataString(login[^1])),
        };
    }
}
