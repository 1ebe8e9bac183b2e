using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Tests.Shared;

/// <summary>An authority, a server's certificate and clients' of every kind, made for one test in a folder of its own.</summary>
sealed class TestCertificates : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("collector-tls-");
    readonly X509Certificate2 _authority;

    public TestCertificates()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _authority = Authority("CN=Test authority", key).CreateSelfSigned(Now.AddDays(-30), Now.AddDays(90));
        AuthorityFile = Write("ca.pem", _authority.ExportCertificatePem());
        CertificateFile = Path.Combine(_folder.FullName, "server.pem");
        KeyFile = Path.Combine(_folder.FullName, "server.key");
        WriteServer();
    }

    public string AuthorityFile { get; }

    public string CertificateFile { get; }

    public string KeyFile { get; }

    static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    /// <summary>Writes a new certificate and key for the server.</summary>
    /// <returns>Its serial number.</returns>
    public string WriteServer(int days = 20)
    {
        using X509Certificate2 server = Issue("localhost", "1.3.6.1.5.5.7.3.1", Now.AddDays(-1), Now.AddDays(days));
        File.WriteAllText(CertificateFile, server.ExportCertificatePem());
        using ECDsa key = server.GetECDsaPrivateKey()!;
        File.WriteAllText(KeyFile, key.ExportPkcs8PrivateKeyPem());
        return server.SerialNumber;
    }

    /// <returns>Null for "none".</returns>
    public X509Certificate2? Client(string kind)
    {
        const string clientUse = "1.3.6.1.5.5.7.3.2";
        return kind switch
        {
            "good" => Issue("sender.example.org", clientUse, Now.AddDays(-1), Now.AddDays(20)),
            "expired" => Issue("sender.example.org", clientUse, Now.AddDays(-20), Now.AddDays(-1)),
            "not-yet-valid" => Issue("sender.example.org", clientUse, Now.AddDays(1), Now.AddDays(20)),
            "wildcard" => Issue("*.example.org", clientUse, Now.AddDays(-1), Now.AddDays(20)),
            "bare-wildcard" => Issue("*", clientUse, Now.AddDays(-1), Now.AddDays(20)),
            "server-use" => Issue("sender.example.org", "1.3.6.1.5.5.7.3.1", Now.AddDays(-1), Now.AddDays(20)),
            "other-name" => Issue("sender.example.org.evil.org", clientUse, Now.AddDays(-1), Now.AddDays(20)),
            "nul-in-name" => Issue("sender.example.org\0.evil.org", clientUse, Now.AddDays(-1), Now.AddDays(20)),
            "self-signed" => SelfSigned(),
            _ => null,
        };
    }

    /// <summary>A good client behind so many authorities between it and ours.</summary>
    /// <returns>The client; and all that is between.</returns>
    public (X509Certificate2 Client, X509Certificate2Collection Between) ClientBehind(int authorities)
    {
        X509Certificate2 issuer = _authority;
        X509Certificate2Collection between = [];
        // One moment for all: nobody may vouch for longer than himself.
        DateTimeOffset now = Now;
        for (int i = 0; i < authorities; i++)
        {
            using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            CertificateRequest request = Authority($"CN=Between {i}", key);
            using X509Certificate2 issued = request.Create(issuer, now.AddDays(-2), now.AddDays(30), RandomNumberGenerator.GetBytes(8));
            issuer = issued.CopyWithPrivateKey(key);
            between.Add(issuer);
        }

        return (Issue("sender.example.org", "1.3.6.1.5.5.7.3.2", Now.AddDays(-1), Now.AddDays(20), issuer), between);
    }

    /// <summary>Writes a revocation list.</summary>
    /// <param name="nextUpdateDays">From now; negative: it has had its time.</param>
    /// <param name="isOurs">False: an authority signs it that has nothing but the name of ours.</param>
    /// <param name="revoked">Certificates.</param>
    /// <returns>Its path.</returns>
    public string WriteRevocations(int nextUpdateDays, bool isOurs, params X509Certificate2[] revoked)
    {
        CertificateRevocationListBuilder builder = new();
        foreach (X509Certificate2 certificate in revoked)
        {
            builder.AddEntry(certificate);
        }

        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 other = Authority("CN=Test authority", key).CreateSelfSigned(Now.AddDays(-30), Now.AddDays(90));
        byte[] list = builder.Build(isOurs ? _authority : other, 1, Now.AddDays(nextUpdateDays), HashAlgorithmName.SHA256, null, Now.AddDays(-20));
        return Write("crl.pem", PemEncoding.WriteString("X509 CRL", list));
    }

    /// <summary>A client's certificate and key as files, the same ones for each call.</summary>
    public (string Certificate, string Key) WriteClient(string kind)
    {
        (string certificate, string key) = (Path.Combine(_folder.FullName, kind + ".pem"), Path.Combine(_folder.FullName, kind + ".key"));
        if (!File.Exists(certificate))
        {
            using X509Certificate2 client = Client(kind) ?? throw new ArgumentException("no certificate of this kind", nameof(kind));
            using ECDsa privateKey = client.GetECDsaPrivateKey()!;
            Write(kind + ".pem", client.ExportCertificatePem());
            Write(kind + ".key", privateKey.ExportPkcs8PrivateKeyPem());
        }

        return (certificate, key);
    }

    /// <summary>SHA-256 of the certificate that <see cref="WriteClient"/> writes.</summary>
    public string FingerprintOf(string kind)
    {
        using X509Certificate2 client = X509CertificateLoader.LoadCertificateFromFile(WriteClient(kind).Certificate);
        return client.GetCertHashString(HashAlgorithmName.SHA256);
    }

    public string Write(string name, string text)
    {
        string path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Delete(recursive: true);
    }

    static CertificateRequest Authority(string name, ECDsa key)
    {
        CertificateRequest request = new(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request;
    }

    X509Certificate2 Issue(string name, string use, DateTimeOffset from, DateTimeOffset to, X509Certificate2? issuer = null)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = Request(name, use, key);
        using X509Certificate2 issued = request.Create(issuer ?? _authority, from, to, RandomNumberGenerator.GetBytes(8));
        return issued.CopyWithPrivateKey(key);
    }

    static X509Certificate2 SelfSigned()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Request("sender.example.org", "1.3.6.1.5.5.7.3.2", key).CreateSelfSigned(Now.AddDays(-1), Now.AddDays(20));
    }

    static CertificateRequest Request(string name, string use, ECDsa key)
    {
        CertificateRequest request = new("CN=" + name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(Names(name));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], false));
        return request;
    }

    /// <summary>By hand, for names that the platform would not write.</summary>
    static X509SubjectAlternativeNameExtension Names(string name)
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteCharacterString(UniversalTagNumber.IA5String, name, new Asn1Tag(TagClass.ContextSpecific, 2));
            writer.WriteOctetString(IPAddress.Loopback.GetAddressBytes(), new Asn1Tag(TagClass.ContextSpecific, 7));
        }

        return new X509SubjectAlternativeNameExtension(writer.Encode());
    }
}
