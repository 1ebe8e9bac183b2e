using System.Text;
using Collector.Outputs;
using Collector.Tests.Configuration;
using Collector.Tests.Outputs.Requests;
using Collector.Tests.Shared;
using OpenTelemetry.Proto.Collector.Logs.V1;

namespace Collector.Tests.Outputs.Loki;

/// <summary>Loki's two doors, played by a server that answers by script.</summary>
public sealed class LokiOutputTests
{
    [Theory]
    [InlineData("")]
    [InlineData("/otlp")]
    [InlineData("/otlp/v1/logs")]
    [InlineData("/loki/api/v1/push")]
    public async Task Send_ByOtlp_GoesToItsEndpoint(string path)
    {
        using ScriptedServer server = new("204");
        await using IOutput output = await Sending.OpenAsync("loki", $"endpoint: '{server.Address}{path}', tenant: team-a, user: me, password: secret-1");
        Assert.Equal(SendKind.Delivered, (await output.SendAsync(Two())).Kind);
        ScriptedRequest request = await server.NextAsync();
        Assert.Equal("POST /otlp/v1/logs HTTP/1.1", request.Line);
        Assert.Equal("application/x-protobuf", request.Headers["Content-Type"]);
        Assert.Equal("team-a", request.Headers["X-Scope-OrgID"]);
        Assert.Equal("Basic " + Convert.ToBase64String("me:secret-1"u8), request.Headers["Authorization"]);
        Assert.Equal(2, ExportLogsServiceRequest.Parser.ParseFrom(Sending.Inflate(request.Body)).ResourceLogs.Sum(r => r.ScopeLogs.Single().LogRecords.Count));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("none")]
    public async Task Send_ByPush_IsWhatLokiDocuments(string compression)
    {
        using ScriptedServer server = new("204");
        await using IOutput output = await Sending.OpenAsync("loki", $"endpoint: '{server.Address}/base', api: push, compression: {compression}, bearer_token: token-1");
        Assert.Equal(SendKind.Delivered, (await output.SendAsync(Two())).Kind);
        ScriptedRequest request = await server.NextAsync();
        Assert.Equal("POST /base/loki/api/v1/push HTTP/1.1", request.Line);
        Assert.Equal("application/json", request.Headers["Content-Type"]);
        Assert.Equal("Bearer token-1", request.Headers["Authorization"]);
        Assert.False(request.Headers.ContainsKey("X-Scope-OrgID"));
        Assert.Equal(compression == "gzip", request.Headers.ContainsKey("Content-Encoding"));
        LokiSchema.Check(Encoding.UTF8.GetString(compression == "gzip" ? Sending.Inflate(request.Body) : request.Body));
    }

    [Theory]
    [InlineData("push", "200", SendKind.Delivered, "")]
    [InlineData("push", "204", SendKind.Delivered, "")]
    [InlineData("push", "400|entry too far behind", SendKind.Refused, "http_400")]
    [InlineData("push", "401", SendKind.Refused, "http_401")]
    [InlineData("push", "413", SendKind.Refused, "http_413")]
    [InlineData("push", "429 Retry-After: 2|slow down", SendKind.Retry, "http_429")]
    [InlineData("push", "500", SendKind.Retry, "http_500")]
    [InlineData("otlp", "500", SendKind.Retry, "http_500")]
    [InlineData("push", "503", SendKind.Retry, "http_503")]
    [InlineData("push", ScriptedServer.Reset, SendKind.Retry, "unreachable")]
    [InlineData("push", ScriptedServer.Half, SendKind.Retry, "unreachable")]
    [InlineData("push", ScriptedServer.Huge, SendKind.Delivered, "")]
    public async Task Send_EachAnswer_IsJudgedAsLokisClientsDo(string api, string answer, object kind, string reason)
    {
        using ScriptedServer server = new(answer);
        await using IOutput output = await Sending.OpenAsync("loki", $"endpoint: '{server.Address}', api: {api}");
        SendOutcome outcome = await output.SendAsync(Two());
        Assert.Equal(((SendKind)kind, reason), (outcome.Kind, outcome.Reason));
        Assert.Equal(answer.Contains("429", StringComparison.Ordinal) ? 2 : 0, outcome.Delay.TotalSeconds);
    }

    [Fact]
    public async Task Send_AServerThatDoesNotAnswer_IsGivenUpAfterTheTimeout()
    {
        using ScriptedServer server = new(ScriptedServer.Hang);
        await using IOutput output = await Sending.OpenAsync("loki", $"endpoint: '{server.Address}', api: push, timeout: 200ms");
        Assert.Equal((SendKind.Retry, "timeout"), ((await output.SendAsync(Two())) is { } outcome) ? (outcome.Kind, outcome.Reason) : default);
    }

    [Theory]
    [InlineData("api: push", "endpoint")]
    [InlineData("endpoint: 'http://loki', api: grpc", "api")]
    [InlineData("endpoint: 'http://loki', tenant: \"a b\"", "tenant")]
    [InlineData("endpoint: 'http://loki', format: xml", "format")]
    public void Read_Mistakes_AreNamed(string settings, string expected) =>
        Assert.Contains(expected, Configured.Mistakes($"outputs: {{ loki: {{ {settings} }} }}\n"), StringComparison.Ordinal);

    static BatchBuilder Two() => new BatchBuilder().Add("one", "web1").Add("two", "web2");
}
