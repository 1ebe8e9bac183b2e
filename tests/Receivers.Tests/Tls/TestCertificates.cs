using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Receivers.Tls;

namespace Receivers.Tests.Tls;

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
        _authority = request.CreateSelfSigned(Now.AddDays(-30), Now.AddDays(30));
        AuthorityFile = Write("ca.pem", _authority.ExportCertificatePem());
        CertificateFile = Path.Combine(_folder.FullName, "server.pem");
        KeyFile = Path.Combine(_folder.FullName, "server.key");
        WriteServer();
    }

    public string AuthorityFile { get; }

    public string CertificateFile { get; }

    public string KeyFile { get; }

    static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public TlsOptions Options() => new() { CertificateFile = CertificateFile, KeyFile = KeyFile };

    /// <summary>Writes a new certificate and key for the server.</summary>
    /// <returns>Its serial number.</returns>
    public string WriteServer()
    {
        using X509Certificate2 server = Issue("localhost", "1.3.6.1.5.5.7.3.1", Now.AddDays(-1), Now.AddDays(20));
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
            "server-use" => Issue("sender.example.org", "1.3.6.1.5.5.7.3.1", Now.AddDays(-1), Now.AddDays(20)),
            "other-name" => Issue("sender.example.org.evil.org", clientUse, Now.AddDays(-1), Now.AddDays(20)),
            "self-signed" => SelfSigned(),
            _ => null,
        };
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
