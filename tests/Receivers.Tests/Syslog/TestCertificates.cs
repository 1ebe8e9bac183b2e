using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Receivers.Tests.Syslog;

/// <summary>A root of its own and certificates below it, as PEM files in a folder that goes away with it.</summary>
sealed class TestCertificates : IDisposable
{
    readonly X509Certificate2 _root;
    int _serial;

    public TestCertificates()
    {
        Folder = Directory.CreateTempSubdirectory("syslog-tls-").FullName;
        CertificateRequest request = new("CN=Test Root", ECDsa.Create(ECCurve.NamedCurves.nistP256), HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _root = request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(30));
        File.WriteAllText(RootFile, _root.ExportCertificatePem());
    }

    public string Folder { get; }

    public string RootFile => Path.Combine(Folder, "root.pem");

    static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    /// <summary>A certificate below the root.</summary>
    /// <param name="name">DNS name.</param>
    /// <param name="isClient">False for a server's.</param>
    /// <param name="validDays">Negative for one that has expired.</param>
    /// <param name="isSelfSigned">True for one that no root vouches for.</param>
    public X509Certificate2 Make(string name, bool isClient, int validDays = 10, bool isSelfSigned = false)
    {
        ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=" + name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, false));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(isClient ? "1.3.6.1.5.5.7.3.2" : "1.3.6.1.5.5.7.3.1")], false));
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName(name);
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        DateTimeOffset from = Now.AddDays(Math.Min(-1, validDays - 1)) < _root.NotBefore ? _root.NotBefore : Now.AddDays(-1);
        DateTimeOffset until = validDays < 0 ? from.AddMinutes(1) : Now.AddDays(validDays);
        return isSelfSigned
            ? request.CreateSelfSigned(from, until)
            : request.Create(_root, from, until, BitConverter.GetBytes(++_serial)).CopyWithPrivateKey(key);
    }

    /// <summary>Writes certificate and key.</summary>
    public (string Certificate, string Key) Write(X509Certificate2 certificate, string stem)
    {
        string file = Path.Combine(Folder, stem + ".pem"), key = Path.Combine(Folder, stem + ".key");
        File.WriteAllText(key, certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(file, certificate.ExportCertificatePem());
        return (file, key);
    }

    public void Dispose()
    {
        _root.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
