using System.Security.Cryptography.X509Certificates;
using Collector.Alerts;
using Collector.Outputs;
using Collector.Tests.Outputs.Otlp;
using Collector.Tests.Shared;
using Microsoft.Extensions.Time.Testing;
using OpenTelemetry.Proto.Collector.Logs.V1;
using Tests.Shared;

namespace Collector.Tests.Outputs.Requests;

/// <summary>Files of TLS that are replaced while running are used without a restart; bad ones are not.</summary>
public sealed class TlsRenewalTests : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly TestAuthority _old = new();
    readonly TestAuthority _new = new();
    readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());

    public void Dispose()
    {
        _folder.Dispose();
        _old.Dispose();
        _new.Dispose();
    }

    [Fact]
    public async Task Send_FilesReplacedByALink_AreUsedWithinSeconds()
    {
        // As Kubernetes mounts secrets: the file is a link into a folder that is a link, and only that one moves.
        Directory.CreateDirectory(Path.Combine(_folder.Path, "v1"));
        Directory.CreateDirectory(Path.Combine(_folder.Path, "v2"));
        _folder.Write("v1/ca.pem", _old.Pem);
        _folder.Write("v2/ca.pem", _new.Pem);
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "data"), "v1");
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "ca.pem"), "data/ca.pem");
        using X509Certificate2 first = _old.Issue("localhost");
        using X509Certificate2 second = _new.Issue("localhost");
        using ScriptedServer server = new("200 Connection: close|ok") { Certificate = first };
        await using AlertOutput output = (AlertOutput)await Sending.OpenAsync("slack", $"webhook: '{server.Address}', tls: {{ ca: '{Path.Combine(_folder.Path, "ca.pem")}' }}", _time);
        Assert.Equal(SendKind.Delivered, (await output.TestAsync(default)).Kind);

        server.Certificate = second;
        _time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(SendKind.Retry, (await output.TestAsync(default)).Kind);
        File.Delete(Path.Combine(_folder.Path, "data"));
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "data"), "v2");
        Assert.Equal(SendKind.Retry, (await output.TestAsync(default)).Kind);
        _time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(SendKind.Delivered, (await output.TestAsync(default)).Kind);
    }

    [Theory]
    [InlineData("grpc")]
    [InlineData("http/protobuf")]
    public async Task Send_FilesReplaced_BadOnesAreNotUsed(string protocol)
    {
        using X509Certificate2 server = _old.Issue("localhost");
        using ScriptedServer http = new("200 Content-Type: application/x-protobuf|") { Certificate = server, WantsClient = true };
        await using GrpcLogsServer grpc = await GrpcLogsServer.StartAsync(static _ => new ExportLogsServiceResponse(), server, wantsClient: true);
        string ca = _folder.Write("ca.pem", _old.Pem);
        string own = _folder.Write("client.pem", _old.IssuePem("collector-1"));
        await using IOutput output = await Sending.OpenAsync(
            "otlp", $"protocol: {protocol}, endpoint: '{(protocol == "grpc" ? grpc.Address : http.Address)}', tls: {{ ca: '{ca}', certificate: '{own}' }}", _time);
        await ExpectAsync("CN=collector-1");

        _folder.Write("client.pem", "half a fi");
        _time.Advance(TimeSpan.FromSeconds(11));
        await ExpectAsync("CN=collector-1");

        _folder.Write("client.pem", _old.IssuePem("collector-2"));
        _time.Advance(TimeSpan.FromSeconds(11));
        await ExpectAsync("CN=collector-2");

        async Task ExpectAsync(string subject)
        {
            SendOutcome outcome = await output.SendAsync(new BatchBuilder().Add());
            Assert.True(outcome.Kind == SendKind.Delivered, outcome.ToString());
            if (protocol != "grpc")
            {
                Assert.Equal(subject, http.Client);
            }
        }
    }
}
