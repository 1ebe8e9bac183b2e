using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace Receivers.Tls;

/// <summary>The server's side of TLS for a receiver: the options of each handshake, from files that may be replaced while running. Safe on any thread.</summary>
/// <remarks>
/// New connections use new files within <see cref="CheckPeriod"/>; a replacement that cannot be used changes nothing but <see cref="Problem"/>.
/// Only suites with forward secrecy and authenticated encryption are offered; no renegotiation, no compression.
/// </remarks>
public sealed partial class TlsServer
{
    /// <summary>A peer that has not finished its handshake by then is dropped.</summary>
    public static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    /// <summary>How often the files are looked at, when connections come in or the expiry is asked for.</summary>
    public static readonly TimeSpan CheckPeriod = TimeSpan.FromSeconds(30);

    // With the client's own and the authority's; nobody's hierarchy is deeper, and each step costs a signature.
    const int ChainMax = 10;

    const string ClientUse = "1.3.6.1.5.5.7.3.2";

    // RFC 9325 §4.2; the first of the 1.2 suites is the one that RFC 9662 makes mandatory for syslog.
    static readonly TlsCipherSuite[] Suites =
    [
        TlsCipherSuite.TLS_AES_128_GCM_SHA256, TlsCipherSuite.TLS_AES_256_GCM_SHA384, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    ];

    readonly TlsOptions _options;
    readonly ILogger _logger;
    readonly TimeProvider _time;
    readonly byte[][] _fingerprints;
    readonly Lock _reload = new();
    volatile TlsFiles _files;
    long _checked;
    DateTime[] _stamps;

    /// <exception cref="ReceiverStartException">A file cannot be used, or the host has no OpenSSL.</exception>
    public TlsServer(TlsOptions options, ILogger logger, TimeProvider time)
    {
        OpenSslLibrary.Demand(OpenSslLibrary.Names);
        _options = options;
        _logger = logger;
        _time = time;
        _fingerprints = [.. options.ClientFingerprints.Select(TlsFingerprint.Parse).OfType<byte[]>()];
        _stamps = Stamps();
        _checked = time.GetTimestamp();
        _files = TlsFiles.Load(options);
    }

    /// <summary>Null, or why a replaced file is not in use, or that the revocation list has had its time.</summary>
    public string? Problem
    {
        get => field ?? (_files.Revoked?.NextUpdate < _time.GetUtcNow()
            ? $"tls: {_options.ClientCrlFile} should have been replaced by a newer list at {_files.Revoked.NextUpdate:u}; it is used on."
            : null);
        private set;
    }

    /// <summary>When the first certificate of the chain in use ends.</summary>
    public DateTimeOffset CertificateExpiry
    {
        get
        {
            ReloadIfDue();
            return _files.Expiry;
        }
    }

    bool AsksClients => _options.ClientCaFile.Length > 0 || _fingerprints.Length > 0;

    /// <summary>Options for one handshake, the caller's own: servers add their application protocols to it.</summary>
    public SslServerAuthenticationOptions Options()
    {
        ReloadIfDue();
        return Create(_files);
    }

    void ReloadIfDue()
    {
        long last = Volatile.Read(ref _checked);
        if (_time.GetElapsedTime(last) >= CheckPeriod && Interlocked.CompareExchange(ref _checked, _time.GetTimestamp(), last) == last)
        {
            ReloadIfChanged();
        }
    }

    void ReloadIfChanged()
    {
        lock (_reload)
        {
            DateTime[] stamps = Stamps();
            if (stamps.AsSpan().SequenceEqual(_stamps))
            {
                return;
            }

            _stamps = stamps;
            try
            {
                _files = TlsFiles.Load(_options);
                Problem = null;
                LogReloaded(_logger, _options.CertificateFile);
            }
            catch (ReceiverStartException exception)
            {
                Problem = exception.Message;
                LogKept(_logger, exception.Message);
            }
        }
    }

    DateTime[] Stamps() =>
        [Stamp(_options.CertificateFile), Stamp(_options.KeyFile), Stamp(_options.ClientCaFile), Stamp(_options.ClientCrlFile)];

    /// <summary>Of the file itself: Kubernetes gives links to links, and renews by swapping one in the middle.</summary>
    static DateTime Stamp(string file)
    {
        if (file.Length == 0)
        {
            return default;
        }

        try
        {
            return File.ResolveLinkTarget(file, returnFinalTarget: true)?.LastWriteTimeUtc ?? File.GetLastWriteTimeUtc(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Being replaced, or gone: loading says which.
            return default;
        }
    }

    SslServerAuthenticationOptions Create(TlsFiles files)
    {
        SslServerAuthenticationOptions options = new()
        {
            ServerCertificateContext = files.Certificate,
            EnabledSslProtocols = _options.Protocols,
            EncryptionPolicy = EncryptionPolicy.RequireEncryption,
            AllowRenegotiation = false,
            AllowTlsResume = true,
            ClientCertificateRequired = AsksClients,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        };
        if (OperatingSystem.IsLinux())
        {
            options.CipherSuitesPolicy = new CipherSuitesPolicy(Suites);
        }

        if (AsksClients)
        {
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
            };
            options.CertificateChainPolicy.ApplicationPolicy.Add(new Oid(ClientUse));
            options.CertificateChainPolicy.CustomTrustStore.AddRange(files.Authorities);
            options.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => IsAllowed(files, certificate, chain, errors);
        }

        return options;
    }

    bool IsAllowed(TlsFiles files, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null)
        {
            return !_options.IsClientRequired;
        }

        byte[] fingerprint = TlsFingerprint.Of(certificate);
        if (_fingerprints.Any(known => known.AsSpan().SequenceEqual(fingerprint)))
        {
            return true;
        }

        string? reason = errors != SslPolicyErrors.None || chain is null || _options.ClientCaFile.Length == 0 ? $"it is not vouched for ({errors})"
            : chain.ChainElements.Count > ChainMax ? $"its chain has more than {ChainMax} certificates"
            : files.Revoked is { } revoked && chain.ChainElements.Any(element => revoked.Contains(element.Certificate)) ? "it, or one that vouches for it, is revoked"
            : !HasName((X509Certificate2)certificate) ? "its name is not in client_names"
            : null;
        if (reason is not null)
        {
            LogRefused(_logger, certificate.Subject, reason);
        }

        return reason is null;
    }

    bool HasName(X509Certificate2 certificate)
    {
        if (_options.ClientNames.Count == 0)
        {
            return true;
        }

        IEnumerable<string> names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(extension => extension.EnumerateDnsNames());
        return names.Append(certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false))
            .Any(name => _options.ClientNames.Contains(name, StringComparer.OrdinalIgnoreCase));
    }

    [LoggerMessage(6001, LogLevel.Information, "TLS uses the new {File} for connections from now on.")]
    static partial void LogReloaded(ILogger logger, string file);

    [LoggerMessage(6002, LogLevel.Error, "TLS keeps the old certificate: {Problem}")]
    static partial void LogKept(ILogger logger, string problem);

    [LoggerMessage(6003, LogLevel.Warning, "TLS refused the client certificate {Subject}: {Reason}.")]
    static partial void LogRefused(ILogger logger, string subject, string reason);
}
