using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using EndToEnd.Tests.Harness;
using Tests.Shared;

namespace EndToEnd.Tests;

/// <summary>One published binary sends to another: every record arrives with every field, over a restart of the second too.</summary>
public sealed class OtlpOutputTests
{
    const int Records = 10_000;
    const int Half = Records / 2;

    [Theory]
    [InlineData("grpc")]
    [InlineData("http/protobuf")]
    public async Task Otlp_IntoASecondCollectorThatIsRestarted_EveryFieldOfEveryRecordArrives(string protocol)
    {
        using TemporaryFolder folder = new();
        (int grpc, int http) = (Ports.Free(), Ports.Free());
        string receivers = $"  otlp: {{ grpc: \"127.0.0.1:{grpc}\", http: \"127.0.0.1:{http}\" }}";
        CollectorProcess second = await CollectorProcess.StartAsync(receivers: receivers, folder: folder);
        await using CollectorProcess first = await CollectorProcess.StartAsync(
            receivers: "  otlp: { grpc: \"127.0.0.1:0\", http: \"127.0.0.1:0\" }",
            outputs: $"  otlp: {{ protocol: {protocol}, endpoint: \"http://127.0.0.1:{(protocol == "grpc" ? grpc : http)}\", retry_delay_max: 500ms }}");
        try
        {
            await SendAsync(first, 0, Half);
            Assert.Equal(0, await second.Program.StopAsync());
            await SendAsync(first, Half, Half);
            await second.DisposeAsync();
            second = await CollectorProcess.StartAsync(receivers: receivers, folder: folder);
            await first.WaitForMetricAsync("collector_output_delivered_log_records_total{output=\"otlp\"}", n => n >= 2 * Records);
            Assert.Equal(0, await first.MetricAsync("collector_output_failed_log_records_total{output=\"otlp\"}"));
            Assert.Equal(0, await first.Program.StopAsync());
            Assert.Equal(0, await second.Program.StopAsync());

            // An answer that the restart cut off makes records come twice, which the protocol allows; none may be missing.
            Dictionary<string, JsonElement> sent = first.Records().ToDictionary(Key);
            ILookup<string, JsonElement> got = second.Records().ToLookup(Key);
            Assert.Equal(2 * Records, sent.Count);
            Assert.Equal(sent.Keys.Order(StringComparer.Ordinal), got.Select(g => g.Key).Order(StringComparer.Ordinal));
            Assert.All(sent, pair => Assert.All(got[pair.Key], other => AssertSame(pair.Value, other)));
        }
        finally
        {
            await second.DisposeAsync();
        }
    }

    [Fact]
    public async Task Loki_ByItsOtlpEndpoint_GetsEveryRecord()
    {
        using HttpListener loki = new();
        int port = Ports.Free();
        loki.Prefixes.Add($"http://127.0.0.1:{port}/");
        loki.Start();
        Task<(string Line, string Tenant, int Bytes)> request = Task.Run(async () =>
        {
            HttpListenerContext context = await loki.GetContextAsync();
            using MemoryStream body = new();
            await context.Request.InputStream.CopyToAsync(body);
            context.Response.StatusCode = 204;
            context.Response.Close();
            return ($"{context.Request.HttpMethod} {context.Request.Url!.AbsolutePath}", context.Request.Headers["X-Scope-OrgID"] ?? "", (int)body.Length);
        });
        await using CollectorProcess collector = await CollectorProcess.StartAsync(outputs: $"  loki: {{ endpoint: \"http://127.0.0.1:{port}\", tenant: team-a }}");
        using (SyslogSender sender = await SyslogSender.ConnectTcpAsync(collector.TcpPort))
        {
            await sender.SendAsync(SyslogSender.Lines(0, 1));
        }

        (string line, string tenant, int bytes) = await request.WaitAsync(Patience.Long);
        Assert.Equal(("POST /otlp/v1/logs", "team-a"), (line, tenant));
        Assert.InRange(bytes, 100, 1000);
        await collector.WaitForMetricAsync("collector_output_delivered_log_records_total{output=\"loki\"}", n => n == 1);
    }

    static async Task SendAsync(CollectorProcess collector, int from, int count)
    {
        using SyslogSender sender = await SyslogSender.ConnectTcpAsync(collector.TcpPort);
        using HttpClient client = new();
        for (int at = from; at < from + count; at += 1000)
        {
            await sender.SendAsync(SyslogLines(at, 1000));
            using StringContent content = new(OtlpJson(at, 1000), Encoding.UTF8, "application/json");
            using HttpResponseMessage answer = await client.PostAsync(new Uri($"http://127.0.0.1:{collector.OtlpHttpPort}/v1/logs"), content);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        await collector.WaitForReceivedAsync(2 * (from + count));
    }

    static string SyslogLines(int from, int count) => string.Concat(Enumerable.Range(from, count).Select(i => string.Create(
        CultureInfo.InvariantCulture,
        $"<{i % 192}>1 2026-11-25T10:00:{i % 60:00}.123456Z web{i % 7} app{i % 5} {i} ID{i % 3} [ex@1 n=\"{i}\" q=\"a\\\"b\"][two k=\"1\" k=\"2\"] syslog line {i} é\n")));

    static string OtlpJson(int from, int count) =>
        "{\"resourceLogs\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":{\"stringValue\":\"checkout-api\"}},{\"key\":\"host.name\",\"value\":{\"stringValue\":\"web1\"}},"
        + "{\"key\":\"process.pid\",\"value\":{\"intValue\":812}}]},\"scopeLogs\":[{\"scope\":{\"name\":\"shop\",\"version\":\"1.2\",\"attributes\":[{\"key\":\"a\",\"value\":{\"boolValue\":true}}]},\"logRecords\":["
        + string.Join(',', Enumerable.Range(from, count).Select(i =>
            "{\"timeUnixNano\":\"" + (1_795_000_000_000_000_000 - i) + "\",\"observedTimeUnixNano\":\"" + (i % 2 == 0 ? 0 : 1_795_000_000_000_000_001) + "\",\"severityNumber\":" + (i % 25)
            + ",\"severityText\":\"Level " + (i % 4) + "\",\"traceId\":\"5b8efff798038103d269b633813fc60c\",\"spanId\":\"eee19b7ec3c1b174\",\"flags\":1,\"eventName\":\"order.paid\",\"body\":"
            + (i % 3 == 0 ? "{\"kvlistValue\":{\"values\":[{\"key\":\"message\",\"value\":{\"stringValue\":\"otlp record " + i + "\"}},{\"key\":\"n\",\"value\":{\"intValue\":\"" + i + "\"}}]}}" : "{\"stringValue\":\"otlp record " + i + "\"}")
            + ",\"attributes\":[{\"key\":\"number\",\"value\":{\"intValue\":\"" + i + "\"}},{\"key\":\"ratio\",\"value\":{\"doubleValue\":0.25}},{\"key\":\"raw\",\"value\":{\"bytesValue\":\"AP8=\"}},"
            + "{\"key\":\"list\",\"value\":{\"arrayValue\":{\"values\":[{\"stringValue\":\"a\"},{\"boolValue\":false}]}}}]}"))
        + "]}]}]}";

    static string Key(JsonElement record) => record.GetProperty("body").GetRawText();

    static void AssertSame(JsonElement sent, JsonElement got)
    {
        bool isOtlp = sent.GetProperty("receiver").GetString() == "otlp";
        JsonElement attributes = got.GetProperty("attributes");
        foreach (JsonProperty member in sent.EnumerateObject())
        {
            string context = $"{member.Name}\n{sent}\n{got}";
            switch (member.Name)
            {
                // Of the last hop.
                case "receiver" or "transport":
                    break;
                case "peer" when isOtlp:
                    break;
                case "peer":
                    Assert.Equal(member.Value.GetString(), $"{attributes.GetProperty("network.peer.address").GetString()}:{attributes.GetProperty("network.peer.port").GetInt32()}");
                    break;
                case "verdict":
                    // What the first said; the second has a word of its own, which may be its fallback while its model is busy.
                    AssertVerdict(member.Value, attributes);
                    break;
                case "attributes":
                    Assert.All(member.Value.EnumerateObject(), a => Assert.True(JsonElement.DeepEquals(a.Value, attributes.GetProperty(a.Name)), context));
                    Assert.Equal(member.Value.EnumerateObject().Count(), attributes.EnumerateObject().Count(a => !a.Name.StartsWith("collector.", StringComparison.Ordinal)));
                    break;
                case "procid" or "msgid" or "facility" or "structured_data":
                    string name = member.Name switch { "procid" => "proc_id", "msgid" => "msg_id", "facility" => "facility_text", _ => member.Name };
                    Assert.True(JsonElement.DeepEquals(member.Value, attributes.GetProperty(name)), context);
                    break;
                default:
                    Assert.True(got.TryGetProperty(member.Name, out JsonElement other) && JsonElement.DeepEquals(member.Value, other), context);
                    break;
            }
        }
    }

    static void AssertVerdict(JsonElement verdict, JsonElement attributes)
    {
        (string Attribute, string Member)[] names =
            [("severity", "severity"), ("category", "category"), ("confidence", "confidence"), ("verdict.source", "source"), ("template.id", "template"), ("model", "model")];
        foreach ((string attribute, string member) in names)
        {
            bool isThere = verdict.TryGetProperty(member, out JsonElement value);
            Assert.Equal(isThere, attributes.TryGetProperty("collector." + attribute, out JsonElement sent));
            Assert.True(!isThere || JsonElement.DeepEquals(value, sent), $"{attribute}: {value} {sent}");
        }
    }
}
