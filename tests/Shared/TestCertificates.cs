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
        CertificateRequest request = new("CN=Test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        _authority = request.CreateSelfSigned(Now.AddDays(-30), Now.AddDays(90));
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
            "self-signed" => SelfSigned(),
            _ => null,
        };
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

    X509Certificate2 Issue(string name, string use, DateTimeOffset from, DateTimeOffset to)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = Request(name, use, key);
        using X509Certificate2 issued = request.Create(_authority, from, to, RandomNumberGenerator.GetBytes(8));
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
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName(name);
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], false));
        return request;
    }
}
