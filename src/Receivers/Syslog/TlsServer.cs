using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace Receivers.Syslog;

/// <summary>The server's side of TLS: its certificate, which is read again when the file changes, and what it asks of clients.</summary>
/// <remarks>Safe on any thread. TLS 1.2 and 1.3 only (RFC 8996), no renegotiation.</remarks>
sealed class TlsServer : IDisposable
{
    const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    // New connections use a new certificate within a minute; looking at two files costs nothing.
    static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10);

    readonly SyslogTlsOptions _options;
    readonly ILogger _log;
    readonly TlsPeers _peers;
    readonly X509Certificate2Collection _authorities = [];
    readonly ITimer _timer;
    (DateTime Certificate, DateTime Key) _seen;
    volatile SslStreamCertificateContext _context;

    /// <exception cref="ReceiverStartException">A file cannot be read or does not hold what it should.</exception>
    public TlsServer(SyslogTlsOptions options, TimeProvider time, ILogger log)
    {
        _options = options;
        _log = log;
        _peers = new TlsPeers(options.PermittedPeers);
        try
        {
            _seen = Stamps();
            _context = Load();
            if (options.ClientAuthority.Length > 0)
            {
                _authorities.ImportFromPemFile(options.ClientAuthority);
            }
        }
        catch (Exception e) when (IsBadFile(e))
        {
            throw new ReceiverStartException($"syslog cannot serve TLS: {Explain(e)}", e);
        }

        _timer = time.CreateTimer(static server => ((TlsServer)server!).LookAgain(), this, LookEvery, LookEvery);
    }

    /// <exception cref="AuthenticationException">The peer does not speak TLS, or shows a certificate that is not permitted.</exception>
    public async Task<ByteSource> HandshakeAsync(Socket socket, CancellationToken cancellationToken)
    {
        SslStream stream = new(new NetworkStream(socket, ownsSocket: false), leaveInnerStreamOpen: false);
        string refusal = "";
        SslServerAuthenticationOptions options = new()
        {
            ServerCertificateContext = _context,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            AllowRenegotiation = false,
            ClientCertificateRequired = _options.ClientCertificates != ClientCertificates.Off,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            CertificateChainPolicy = Policy(),
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
            {
                refusal = Judge(certificate as X509Certificate2, chain, errors);
                return refusal.Length == 0;
            },
        };
        try
        {
            await stream.AuthenticateAsServerAsync(options, cancellationToken).ConfigureAwait(false);
            return new TlsSource(socket, stream);
        }
        catch (Exception e)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            if (refusal.Length > 0 && e is not OperationCanceledException)
            {
                throw new PrologueException(RefusedReasons.PeerNotPermitted, refusal);
            }

            throw;
        }
    }

    public void Dispose() => _timer.Dispose();

    /// <summary>Looks whether the files have changed; a bad replacement is reported and the old certificate stays.</summary>
    internal void LookAgain()
    {
        try
        {
            (DateTime, DateTime) stamps = Stamps();
            if (stamps == _seen)
            {
                return;
            }

            _seen = stamps;
            _context = Load();
            _log.CertificateReloaded(_options.Certificate, _context.TargetCertificate.NotAfter);
        }
        catch (Exception e) when (IsBadFile(e))
        {
            _log.CertificateNotReloaded(Explain(e));
        }
    }

    /// <returns>Empty when the certificate is good, else why it is not.</returns>
    string Judge(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null)
        {
            return _options.ClientCertificates == ClientCertificates.Required ? "no client certificate" : "";
        }

        if (_peers.HasFingerprint(certificate))
        {
            return "";
        }

        if ((errors & SslPolicyErrors.RemoteCertificateChainErrors) != 0)
        {
            return "client certificate of " + certificate.Subject + ": " + string.Join(", ", chain?.ChainStatus.Select(s => s.Status.ToString()).Distinct() ?? []);
        }

        return _peers.IsOpen || _peers.HasName(certificate) ? "" : "client certificate of " + certificate.Subject + " is not in permitted_peers";
    }

    X509ChainPolicy Policy()
    {
        X509ChainPolicy policy = new() { RevocationMode = X509RevocationMode.NoCheck };
        policy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        if (_authorities.Count > 0)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(_authorities);
        }

        return policy;
    }

    SslStreamCertificateContext Load()
    {
        X509Certificate2 own = X509Certificate2.CreateFromPemFile(_options.Certificate, _options.Key);
        X509Certificate2Collection chain = [];
        chain.ImportFromPemFile(_options.Certificate);
        return SslStreamCertificateContext.Create(own, chain, offline: true);
    }

    (DateTime Certificate, DateTime Key) Stamps()
    {
        // A link that is turned to another file, as Kubernetes does, has a target with another time.
        return (Stamp(_options.Certificate), Stamp(_options.Key));
        static DateTime Stamp(string path)
        {
            FileSystemInfo file = new FileInfo(path);
            file = file.ResolveLinkTarget(returnFinalTarget: true) ?? file;
            return file.Exists ? file.LastWriteTimeUtc : throw new FileNotFoundException("no such file", path);
        }
    }

    static bool IsBadFile(Exception e) => e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException;

    string Explain(Exception e) => e switch
    {
        FileNotFoundException missing => $"{missing.FileName}: no such file",
        UnauthorizedAccessException => $"{_options.Certificate} or {_options.Key}: not readable; give the service's user the right to read it",
        _ => $"{_options.Certificate} with key {_options.Key}: {e.Message} (wanted: PEM, the key not encrypted and belonging to the certificate)",
    };
}
