using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Receivers.Tls;
using Tests.Shared;

namespace Receivers.Tests.Tls;

public sealed class TlsServerTests : IDisposable
{
    readonly TestCertificates _certificates = new();
    readonly FakeTimeProvider _time = new();

    [Fact]
    public void Options_FilesReplaced_UsesTheNewOnesAfterTheCheckPeriod()
    {
        TlsServer server = new(_certificates.Options(), NullLogger.Instance, _time);
        string old = Serial(server);
        string replacement = _certificates.WriteServer();
        Touch();
        Assert.Equal(old, Serial(server));
        _time.Advance(TlsServer.CheckPeriod);
        Assert.Equal(replacement, Serial(server));
        Assert.Null(server.Problem);
    }

    /// <summary>As Kubernetes mounts a secret: tls.crt links to ..data/tls.crt, and ..data links to a folder that a new one takes the place of.</summary>
    [Fact]
    public void Options_LinkInTheMiddleSwapped_UsesTheNewOnes()
    {
        DirectoryInfo mount = Directory.CreateTempSubdirectory("collector-secret-");
        string data = Path.Combine(mount.FullName, "..data");
        TlsOptions options = _certificates.Options();
        Publish("first");
        foreach (string name in new[] { "tls.crt", "tls.key" })
        {
            File.CreateSymbolicLink(Path.Combine(mount.FullName, name), Path.Combine("..data", name));
        }

        (options.CertificateFile, options.KeyFile) = (Path.Combine(mount.FullName, "tls.crt"), Path.Combine(mount.FullName, "tls.key"));
        TlsServer server = new(options, NullLogger.Instance, _time);
        string old = Serial(server);
        string replacement = _certificates.WriteServer();
        Publish("second");
        _time.Advance(TlsServer.CheckPeriod);
        Assert.Equal((replacement, true), (Serial(server), replacement != old));
        mount.Delete(recursive: true);

        void Publish(string folder)
        {
            DirectoryInfo version = mount.CreateSubdirectory(folder);
            File.Copy(_certificates.CertificateFile, Path.Combine(version.FullName, "tls.crt"));
            File.Copy(_certificates.KeyFile, Path.Combine(version.FullName, "tls.key"));
            File.SetLastWriteTimeUtc(Path.Combine(version.FullName, "tls.crt"), new DateTime(2030, 1, folder == "first" ? 1 : 2, 0, 0, 0, DateTimeKind.Utc));
            if (Directory.Exists(data))
            {
                Directory.Delete(data);
            }

            Directory.CreateSymbolicLink(data, folder);
        }
    }

    [Fact]
    public void CertificateExpiry_FilesReplacedAndNobodyConnects_IsThatOfTheNewOne()
    {
        TlsServer server = new(_certificates.Options(), NullLogger.Instance, _time);
        DateTimeOffset first = server.CertificateExpiry;
        _certificates.WriteServer(days: 50);
        Touch();
        Assert.Equal(first, server.CertificateExpiry);
        _time.Advance(TlsServer.CheckPeriod);
        Assert.InRange(server.CertificateExpiry - first, TimeSpan.FromDays(29), TimeSpan.FromDays(31));
    }

    [Fact]
    public void Options_BadReplacement_KeepsTheOldAndSaysSo()
    {
        TlsServer server = new(_certificates.Options(), NullLogger.Instance, _time);
        string old = Serial(server);
        File.WriteAllText(_certificates.CertificateFile, "no certificate");
        Touch();
        _time.Advance(TlsServer.CheckPeriod);
        Assert.Equal(old, Serial(server));
        Assert.Contains(_certificates.CertificateFile, server.Problem, StringComparison.Ordinal);

        string mended = _certificates.WriteServer();
        File.SetLastWriteTimeUtc(_certificates.CertificateFile, new DateTime(2040, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        _time.Advance(TlsServer.CheckPeriod);
        Assert.Equal(mended, Serial(server));
        Assert.Null(server.Problem);
    }

    /// <summary>T6: a key that is missing, unreadable, encrypted or of another certificate.</summary>
    [Theory]
    [InlineData("missing")]
    [InlineData("other-key")]
    [InlineData("encrypted-key")]
    [InlineData("empty-ca")]
    [InlineData("missing-crl")]
    [InlineData("empty-crl")]
    [InlineData("broken-crl")]
    [InlineData("crl-of-another")]
    public void Start_FilesThatCannotBeUsed_FailsInOneLine(string kind)
    {
        TlsOptions options = _certificates.Options();
        using System.Security.Cryptography.ECDsa key = System.Security.Cryptography.ECDsa.Create();
        switch (kind)
        {
            case "missing":
                options.CertificateFile += ".none";
                break;
            case "other-key":
                options.KeyFile = _certificates.Write("other.key", key.ExportPkcs8PrivateKeyPem());
                break;
            case "encrypted-key":
                options.KeyFile = _certificates.Write(
                    "locked.key", key.ExportEncryptedPkcs8PrivateKeyPem("secret", new(System.Security.Cryptography.PbeEncryptionAlgorithm.Aes256Cbc, System.Security.Cryptography.HashAlgorithmName.SHA256, 1)));
                break;
            case "empty-ca":
                options.ClientCaFile = _certificates.Write("empty.pem", "");
                break;
            default:
                options.ClientCaFile = _certificates.AuthorityFile;
                options.ClientCrlFile = kind switch
                {
                    "missing-crl" => _certificates.AuthorityFile + ".none",
                    "empty-crl" => _certificates.Write("crl.pem", ""),
                    "broken-crl" => _certificates.Write("crl.pem", "-----BEGIN X509 CRL-----\nMAMCAQE=\n-----END X509 CRL-----\n"),
                    _ => _certificates.WriteRevocations(5, isOurs: false),
                };
                break;
        }

        ReceiverStartException error = Assert.Throws<ReceiverStartException>(() => new TlsServer(options, NullLogger.Instance, _time));
        Assert.DoesNotContain('\n', error.Message);
        Assert.StartsWith("tls: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(kind.EndsWith("crl", StringComparison.Ordinal) ? options.ClientCrlFile : options.CertificateFile[..5], error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Demand_HostWithoutOpenSsl_FailsInOneLineThatNamesIt()
    {
        ReceiverStartException error = Assert.Throws<ReceiverStartException>(() => OpenSslLibrary.Demand(["libssl.so.none"]));
        Assert.Contains("libssl.so.none", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        OpenSslLibrary.Demand(OpenSslLibrary.Names);
    }

    public void Dispose() => _certificates.Dispose();

    // A file system's stamp may be coarser than this test is fast.
    void Touch() => File.SetLastWriteTimeUtc(_certificates.CertificateFile, new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc));

    static string Serial(TlsServer server) => ((X509Certificate2)server.Options().ServerCertificateContext!.TargetCertificate).SerialNumber;
}
