using System.Globalization;
using System.Text.Json;
using EndToEnd.Tests.Harness;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Resources;
using Tests.Shared;

namespace EndToEnd.Tests;

/// <summary>OpenTelemetry's own clients against the published binary: every record once, every field as it was sent.</summary>
public sealed class OtlpClientTests
{
    const int Records = 10_000;

    [Theory]
    [InlineData("grpc", "none")]
    [InlineData("grpc", "gzip")]
    [InlineData("http", "none")]
    [InlineData("http", "gzip")]
    [InlineData("proto", "none")]
    [InlineData("proto", "gzip")]
    public async Task Send_WithTheJavaScriptSdk_EveryFieldArrives(string exporter, string compression)
    {
        await using CollectorProcess collector = await StartAsync();
        string url = exporter == "grpc" ? $"http://127.0.0.1:{collector.GrpcPort}" : $"http://127.0.0.1:{collector.OtlpHttpPort}/v1/logs";
        await using RunningProgram node = new(
            "node", ["send.mjs", exporter, url, Records.ToString(CultureInfo.InvariantCulture), compression], Repository.PathTo("tests", "EndToEnd.Tests", "otel-js"));
        Assert.True(await node.ExitAsync() == 0, node.Everything());

        List<JsonElement> records = await StopAndReadAsync(collector);
        Assert.All(records, record =>
        {
            int number = record.GetProperty("attributes").GetProperty("number").GetInt32();
            Assert.Equal(0.5, record.GetProperty("attributes").GetProperty("ratio").GetDouble());
            Assert.True(record.GetProperty("attributes").GetProperty("ok").GetBoolean());
            Assert.Equal("[\"a\",\"b\"]", record.GetProperty("attributes").GetProperty("tags").GetRawText());
            Assert.Equal($"request {number} took 12 ms", record.GetProperty("body").GetString());
            Assert.Equal("Error", record.GetProperty("severity_text").GetString());
            Assert.Equal("web1", record.GetProperty("host").GetString());
            DateTimeOffset expected = DateTimeOffset.FromUnixTimeMilliseconds(1_764_064_800_000 + number);
            Assert.Equal(expected, DateTimeOffset.Parse(record.GetProperty("timestamp").GetString()!, CultureInfo.InvariantCulture));
        });
        AssertSame(records, exporter == "grpc" ? "grpc" : "http");
        Assert.Equal(Records, records.Select(r => r.GetProperty("attributes").GetProperty("number").GetInt32()).Distinct().Count());
    }

    [Theory]
    [InlineData(OtlpExportProtocol.Grpc)]
    [InlineData(OtlpExportProtocol.HttpProtobuf)]
    public async Task Send_WithTheDotNetSdk_EveryFieldArrives(OtlpExportProtocol protocol)
    {
        await using CollectorProcess collector = await StartAsync();
        bool isGrpc = protocol == OtlpExportProtocol.Grpc;
        using (ILoggerFactory loggers = LoggerFactory.Create(builder => builder.AddOpenTelemetry(options =>
        {
            options.IncludeFormattedMessage = true;
            options.SetResourceBuilder(ResourceBuilder.CreateEmpty().AddService("checkout-api").AddAttributes([new("host.name", "web1")]));
            options.AddOtlpExporter((exporter, processor) =>
            {
                // What its end finds unsent it drops soon, and what is not answered in 10 s at once.
                exporter.TimeoutMilliseconds = (int)Patience.Long.TotalMilliseconds;
                exporter.Protocol = protocol;
                exporter.Endpoint = new Uri(isGrpc ? $"http://127.0.0.1:{collector.GrpcPort}" : $"http://127.0.0.1:{collector.OtlpHttpPort}/v1/logs");
                processor.ExportProcessorType = ExportProcessorType.Batch;
                processor.BatchExportProcessorOptions = new() { MaxQueueSize = 100_000, MaxExportBatchSize = 512, ScheduledDelayMilliseconds = 10 };
            });
        })))
        {
            ILogger logger = loggers.CreateLogger("shop");
            for (int i = 0; i < Records; i++)
            {
#pragma warning disable CA2254, CA1873 // A plain call, as an application makes it.
                logger.LogError("request {Number} took 12 ms", i);
#pragma warning restore CA2254, CA1873
            }

            await collector.WaitForReceivedAsync(Records);
        }

        List<JsonElement> records = await StopAndReadAsync(collector);
        AssertSame(records, isGrpc ? "grpc" : "http");
        Assert.Equal(Records, records.Select(r => r.GetProperty("body").GetString()).Distinct(StringComparer.Ordinal).Count());
    }

    [Theory]
    [InlineData("")]
    [InlineData("gzip")]
    public async Task Send_WithCurlAndJson_EveryFieldArrives(string compression)
    {
        await using CollectorProcess collector = await StartAsync();
        string request = "{\"resourceLogs\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":{\"stringValue\":\"checkout-api\"}},{\"key\":\"host.name\",\"value\":{\"stringValue\":\"web1\"}}]},"
            + "\"scopeLogs\":[{\"scope\":{\"name\":\"shop\"},\"logRecords\":["
            + string.Join(',', Enumerable.Range(0, Records).Select(i =>
                "{\"timeUnixNano\":\"1764064800000000000\",\"severityNumber\":17,\"severityText\":\"Error\",\"traceId\":\"5B8EFFF798038103D269B633813FC60C\","
                + "\"spanId\":\"EEE19B7EC3C1B174\",\"body\":{\"stringValue\":\"request " + i + " took 12 ms\"},\"attributes\":[{\"key\":\"number\",\"value\":{\"intValue\":\"" + i + "\"}}]}"))
            + "]}]}]}";
        using TemporaryFolder folder = new();
        string file = folder.Write("request.json", request);
        List<string> arguments = ["-sS", "-w", "%{http_code} %{content_type}", "-H", "Content-Type: application/json", $"http://127.0.0.1:{collector.OtlpHttpPort}/v1/logs"];
        if (compression == "gzip")
        {
            await using (FileStream source = File.OpenRead(file))
            await using (System.IO.Compression.GZipStream target = new(File.Create(file + ".gz"), System.IO.Compression.CompressionLevel.Fastest))
            {
                await source.CopyToAsync(target);
            }

            file += ".gz";
            arguments.InsertRange(0, ["-H", "Content-Encoding: gzip"]);
        }

        await using RunningProgram curl = new("curl", ["--data-binary", "@" + file, .. arguments], folder.Path);
        Assert.Equal(0, await curl.ExitAsync());
        Assert.Equal("{}200 application/json", string.Concat(curl.Output));

        List<JsonElement> records = await StopAndReadAsync(collector);
        AssertSame(records, "http");
        Assert.All(records, record =>
        {
            Assert.Equal("5b8efff798038103d269b633813fc60c", record.GetProperty("trace_id").GetString());
            Assert.Equal("eee19b7ec3c1b174", record.GetProperty("span_id").GetString());
        });
        Assert.Equal(Records, records.Select(r => r.GetProperty("attributes").GetProperty("number").GetInt32()).Distinct().Count());
    }

    static Task<CollectorProcess> StartAsync() => CollectorProcess.StartAsync(receivers: "  otlp: { grpc: \"127.0.0.1:0\", http: \"127.0.0.1:0\" }");

    static async Task<List<JsonElement>> StopAndReadAsync(CollectorProcess collector)
    {
        Assert.Equal(0, await collector.Program.StopAsync());
        List<JsonElement> records = collector.Records();
        Assert.Equal(Records, records.Count);
        return records;
    }

    static void AssertSame(List<JsonElement> records, string transport) => Assert.All(records, record =>
    {
        Assert.Equal(17, record.GetProperty("severity_number").GetInt32());
        Assert.Equal("checkout-api", record.GetProperty("app").GetString());
        Assert.Equal("shop", record.GetProperty("scope").GetProperty("name").GetString());
        Assert.Equal("checkout-api", record.GetProperty("resource").GetProperty("service.name").GetString());
        Assert.Equal("web1", record.GetProperty("resource").GetProperty("host.name").GetString());
        Assert.Equal("otlp", record.GetProperty("receiver").GetString());
        Assert.Equal(transport, record.GetProperty("transport").GetString());
        Assert.False(record.TryGetProperty("parse", out _), record.ToString());
    });
}
