using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tests.Shared;
using RpcStatus = Google.Rpc.Status;

namespace Receivers.Tests.Otlp;

/// <summary>Cases of other projects, read where they are kept; where they are not, there is nothing to compare with.</summary>
public sealed class OtlpConformanceTests
{
    [Fact]
    public async Task HttpBehaviour_EveryCase_IsAnsweredAsExpected()
    {
        foreach (JsonNode item in Cases("otlp-http-behaviour.jsonl"))
        {
            JsonNode options = item["options"]!;
            JsonNode expect = item["expect"]!;
            string name = item["name"]!.GetValue<string>();
            await using OtlpServer server = await OtlpServer.StartAsync(settings =>
                settings.HttpBodyBytesMax = options["server"]?["max_request_body_size"]?.GetValue<long>() ?? settings.HttpBodyBytesMax);
            string? pipeline = options["server"]?["pipeline"]?.GetValue<string>();
            server.Sink.Room = pipeline == "refuse-retryable" ? 0 : int.MaxValue;
            server.Sink.IsBroken = pipeline == "refuse-permanent";

            using HttpRequestMessage request = new(new HttpMethod(options["method"]!.GetValue<string>()), options["path"]!.GetValue<string>())
            {
                Content = new ByteArrayContent(Convert.FromBase64String(item["input_base64"]!.GetValue<string>())),
            };
            Add(request.Content.Headers, "Content-Type", options["content_type"]!.GetValue<string>());
            Add(request.Content.Headers, "Content-Encoding", options["content_encoding"]!.GetValue<string>());
            using HttpResponseMessage response = await server.Http().SendAsync(request);
            byte[] body = await response.Content.ReadAsByteArrayAsync();

            int expected = expect["status"]!.GetValue<int>();
            // 413 is what the protocol says where the peer says 400.
            bool isStatus = (int)response.StatusCode == expected || (expected == 400 && (int)response.StatusCode == 413 && item["tags"] is not null);
            Assert.True(isStatus, $"{name}: {(int)response.StatusCode}, expected {expected}");
            string type = response.Content.Headers.ContentType?.MediaType ?? "";
            Assert.True(expect["content_type"] is null || type == expect["content_type"]!.GetValue<string>(), $"{name}: {type}");
            if (expect["rpc_code"] is { } code)
            {
                int actual = type == "application/json" ? JsonNode.Parse(body)!["code"]!.GetValue<int>() : RpcStatus.Parser.ParseFrom(body).Code;
                Assert.True(actual == code.GetValue<int>(), $"{name}: {actual}");
            }
        }
    }

    [Fact]
    public async Task Json_EveryCase_IsTaken()
    {
        foreach (JsonNode item in Cases("otlp-json.jsonl"))
        {
            await using OtlpServer server = await OtlpServer.StartAsync();
            byte[] body = Convert.FromBase64String(item["input_base64"]!.GetValue<string>());
            using HttpResponseMessage response = await server.Http().PostAsync("/v1/logs", OtlpServer.Content(body, "application/json"));
            string name = item["name"]!.GetValue<string>();
            Assert.True(response.IsSuccessStatusCode, name);
            JsonNode expect = item["expect"]!;
            Assert.True(server.Sink.RecordCount == (expect["record_count"]?.GetValue<int>() ?? 0), name);
            if (expect["first_record"] is { } first)
            {
                RecordBatch batch = server.Sink.Batches[0];
                OpenTelemetry.Proto.Logs.V1.LogRecord record = OpenTelemetry.Proto.Logs.V1.LogRecord.Parser.ParseFrom(batch[batch.Records[0].Original]);
                JsonNode got = JsonNode.Parse(OtlpJsonSamples.ToJson(OtlpSamples.Request(record)))!["resourceLogs"]![0]!["scopeLogs"]![0]!["logRecords"]![0]!;
                foreach ((string key, JsonNode? value) in first.AsObject())
                {
                    Assert.True(JsonNode.DeepEquals(value, got[key]) || Lower(value) == Lower(got[key]), $"{name}: {key} is {got[key]}");
                }
            }
        }
    }

    static string Lower(JsonNode? node) => node?.ToJsonString(JsonSerializerOptions.Default).ToUpperInvariant() ?? "";

    static void Add(HttpContentHeaders headers, string name, string value)
    {
        if (value.Length > 0)
        {
            headers.TryAddWithoutValidation(name, value);
        }
    }

    static IEnumerable<JsonNode> Cases(string file) =>
        Repository.Conformance(file) is { } path ? File.ReadLines(path).Select(line => JsonNode.Parse(line)!) : [];
}
