using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Collector.Outputs;
using Collector.Tests.Outputs.Requests;
using Collector.Tests.Shared;
using OpenTelemetry.Proto.Collector.Logs.V1;
using Tests.Shared;

namespace Collector.Tests.Outputs.Otlp;

public sealed class OtlpTlsTests : IDisposable
{
    readonly Certificates _certificates = new();

    public void Dispose() => _certificates.Dispose();

    [Theory]
    [InlineData("good", SendKind.Delivered)]
    [InlineData("expired", SendKind.Retry)]
    [InlineData("other-name", SendKind.Retry)]
    public async Task Send_OverTls_OnlyToAServerThatTheAuthorityVouchesFor(string kind, object expected)
    {
        using X509Certificate2 server = _certificates.Server(kind);
        await using GrpcLogsServer far = await GrpcLogsServer.StartAsync(static _ => new ExportLogsServiceResponse(), server);
        await using IOutput output = await Sending.OpenAsync("otlp", $"endpoint: '{far.Address}', tls: {{ ca: '{_certificates.AuthorityFile}' }}");
        SendOutcome outcome = await output.SendAsync(new BatchBuilder().Add());
        Assert.Equal((SendKind)expected, outcome.Kind);
        Assert.Equal(outcome.Kind == SendKind.Retry ? "unreachable" : "", outcome.Reason);
    }

    [Fact]
    public async Task Send_WithoutTheAuthority_IsNotSent()
    {
        using X509Certificate2 server = _certificates.Server();
        await using GrpcLogsServer far = await GrpcLogsServer.StartAsync(static _ => new ExportLogsServiceResponse(), server);
        await using IOutput output = await Sending.OpenAsync("otlp", $"endpoint: '{far.Address}'");
        Assert.Equal(SendKind.Retry, (await output.SendAsync(new BatchBuilder().Add())).Kind);
        Assert.False(far.Requests.TryRead(out _));
    }

    [Theory]
    [InlineData(true, SendKind.Delivered)]
    [InlineData(false, SendKind.Retry)]
    public async Task Send_ToAServerThatAsksForACertificate_ShowsOurs(bool hasCertificate, object expected)
    {
        using X509Certificate2 server = _certificates.Server();
        await using GrpcLogsServer far = await GrpcLogsServer.StartAsync(static _ => new ExportLogsServiceResponse(), server, wantsClient: true);
        string own = hasCertificate ? $", certificate: '{_certificates.ClientFile}', key_file: '{_certificates.ClientKeyFile}', min_version: '1.3'" : "";
        await using IOutput output = await Sending.OpenAsync("otlp", $"endpoint: '{far.Address}', tls: {{ ca: '{_certificates.AuthorityFile}'{own} }}");
        Assert.Equal((SendKind)expected, (await output.SendAsync(new BatchBuilder().Add())).Kind);
    }

    [Fact]
    public async Task Send_GrpcThroughAProxy_Tunnels()
    {
        using X509Certificate2 server = _certificates.Server();
        await using GrpcLogsServer far = await GrpcLogsServer.StartAsync(static _ => new ExportLogsServiceResponse(), server);
        using ConnectProxy proxy = new();
        await using IOutput output = await Sending.OpenAsync(
            "otlp", $"endpoint: '{far.Address}', proxy: 'http://{proxy.Authority}', tls: {{ ca: '{_certificates.AuthorityFile}' }}");
        Assert.Equal(SendKind.Delivered, (await output.SendAsync(new BatchBuilder().Add())).Kind);
        Assert.StartsWith("CONNECT localhost:", await proxy.NextAsync());
    }

    [Theory]
    [InlineData("grpc")]
    [InlineData("http/protobuf")]
    public async Task Send_AServerThatNeverSaysHello_IsGivenUp(string protocol)
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        await using IOutput output = await Sending.OpenAsync("otlp", $"protocol: {protocol}, endpoint: 'https://localhost:{port}', timeout: 300ms");
        Assert.Equal(SendKind.Retry, (await output.SendAsync(new BatchBuilder().Add()).AsTask().WaitAsync(Patience.Long)).Kind);
    }

    [Theory]
    [InlineData("ca: /nonexistent/ca.pem")]
    [InlineData("certificate: /nonexistent/client.pem")]
    public async Task Start_WithAFileThatIsNotThere_SaysWhich(string tls)
    {
        OutputStartException e = await Assert.ThrowsAsync<OutputStartException>(() => Sending.OpenAsync("otlp", $"endpoint: 'https://localhost:1', tls: {{ {tls} }}"));
        Assert.Contains("/nonexistent/", e.Message, StringComparison.Ordinal);
        Assert.Contains("outputs.otlp", e.Message, StringComparison.Ordinal);
    }
}
