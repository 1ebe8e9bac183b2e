using Receivers.Tls;
using Tests.Shared;

namespace Receivers.Tests.Tls;

static class TestCertificatesOptions
{
    /// <summary>Settings with the server's files.</summary>
    public static TlsOptions Options(this TestCertificates certificates) => new() { CertificateFile = certificates.CertificateFile, KeyFile = certificates.KeyFile };
}
