using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Collector.Tests.Shared;

/// <summary>An authority, a server's certificate for localhost and a client's, made for one test.</summary>
sealed class Certificates : IDisposable
{
    const string ServerUse = "1.3.6.1.5.5.7.3.1";
    const string ClientUse = "1.3.6.1.5.5.7.3.2";

    readonly TemporaryFolder _folder = new();
    readonly X509Certificate2 _authority;

    public Certificates()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=Test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        _authority = request.CreateSelfSigned(Now.AddDays(-30), Now.AddDays(30));
        AuthorityFile = _folder.Write("ca.pem", _authority.ExportCertificatePem());
        using X509Certificate2 client = Issue("collector.example.org", ClientUse, Now.AddDays(20));
        using ECDsa clientKey = client.GetECDsaPrivateKey()!;
        ClientFile = _folder.Write("client.pem", client.ExportCertificatePem());
        ClientKeyFile = _folder.Write("client.key", clientKey.ExportPkcs8PrivateKeyPem());
    }

    public string AuthorityFile { get; }

    public string ClientFile { get; }

    public string ClientKeyFile { get; }

    static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    /// <param name="kind"><c>good</c>, <c>expired</c> or <c>other-name</c>.</param>
    public X509Certificate2 Server(string kind = "good") => Issue(
        kind == "other-name" ? "elsewhere.example.org" : "localhost", ServerUse, Now.AddDays(kind == "expired" ? -1 : 20));

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Dispose();
    }

    X509Certificate2 Issue(string name, string use, DateTimeOffset until)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], false));
        using X509Certificate2 bare = request.Create(_authority, Now.AddDays(-20), until, RandomNumberGenerator.GetBytes(16));
        using X509Certificate2 whole = bare.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
    }
}
