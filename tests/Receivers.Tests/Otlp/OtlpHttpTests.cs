using System.Net;
using Google.Protobuf;
using Google.Rpc;
using RpcStatus = Google.Rpc.Status;

namespace Receivers.Tests.Otlp;

public sealed class OtlpHttpTests
{
    const string Protobuf = "application/x-protobuf";
    const string Json = "application/json";

    [Fact]
    public async Task Post_Protobuf_IsTakenAndAnsweredWithAnEmptyMessage()
    {
        await using OtlpServer server = await OtlpServer.StartAsync();
        byte[] body = OtlpSamples.Typical(512).ToByteArray();
        using HttpResponseMessage response = await server.Http().PostAsync("/v1/logs", OtlpServer.Content(body, Protobuf));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(Protobuf, response.Content.Headers.ContentType?.ToString());
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
        Assert.Equal(512, server.Sink.RecordCount);
        Assert.Equal((512, body.Length), (server.HttpStatistics.Accepted, server.HttpStatistics.Bytes));
        RecordBatch batch = server.Sink.Batches[0];
        Assert.Equal(IPAddress.Loopback, batch.Sources[0].Peer.ToIPAddress());
    }

    [Fact]
    public async Task Post_TwoRequestsOnAConnection_ShareALaneAndAnotherConnectionHasItsOwn()
    {
        await using OtlpServer server = await OtlpServer.StartAsync();
        byte[] body = OtlpSamples.Typical(1).ToByteArray();
        HttpClient first = server.Http();
        (await first.PostAsync("/v1/logs", OtlpServer.Content(body, Protobuf))).Dispose();
        (await first.PostAsync("/v1/logs", OtlpServer.Content(body, Protobuf))).Dispose();
        (await server.Http().PostAsync("/v1/logs", OtlpServer.Content(body, Protobuf))).Dispose();
        RecordLane?[] lanes = [.. server.Sink.Batches.Select(batch => batch.Lane)];
        Assert.NotNull(lanes[0]);
        Assert.Same(lanes[0], lanes[1]);
        Assert.NotSame(lanes[0], lanes[2]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("application/x-protobuf; charset=utf-8")]
    public async Task Post_EmptyRequest_IsSuccess(string type)
    {
        await using OtlpServer server = await OtlpServer.StartAsync();
        using HttpResponseMessage response = await server.Http().PostAsync("/v1/logs", OtlpServer.Content([], type.Length == 0 ? Protobuf : type));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Empty(server.Sink.Batches);
    }

    [Fact]
    public async Task Post_BadProtobuf_Is400WithBadRequest()
    {
        await using OtlpServer server = await OtlpServer.StartAsync();
        using HttpResponseMessage response = await server.Http().PostAsync("/v1/logs", OtlpServer.Content([0x0A, 0x05, 0x12], Protobuf));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(Protobuf, response.Content.Headers.ContentType?.ToString());
        RpcStatus status = RpcStatus.Parser.ParseFrom(await response.Content.ReadAsByteArrayAsync());
        Assert.Equal(3, status.Code);
        Assert.Equal("type.googleapis.com/google.rpc.BadRequest", status.Details.Single().TypeUrl);
        Assert.Single(BadRequest.Parser.ParseFrom(status.Details[0].Value).FieldViolations);
        Assert.Equal(1, server.HttpStatistics.Refused.Single(pair => pair.Key == "bad_data").Value);
    }

    [Theory]
    [InlineData(100, HttpStatusCode.OK)]
    [InlineData(99, HttpStatusCode.RequestEntityTooLarge)]
    public async Task Post_BodyLimit_HoldsToTheByte(int limit, HttpStatusCode expected)
    {
        byte[] body = [0xFA, 0x07, 97, .. new byte[97]];
        await using OtlpServer server = await OtlpServer.StartAsync(options => options.HttpBodyBytesMax = limit);
        foreach (bool isChunked in new[] { false, true })
        {
            using HttpRequestMessage request = new(HttpMethod.Post, "/v1/logs") { Content = OtlpServer.Content(body, Protobuf) };
            request.Headers.TransferEncodingChunked = isChunked;
            using HttpResponseMessage response = await server.Http().SendAsync(request);
            Assert.Equal(expected, response.StatusCode);
            if (expected != HttpStatusCode.OK)
            {
                Assert.Equal(8, RpcStatus.Parser.ParseFrom(await response.Content.ReadAsByteArrayAsync()).Code);
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Post_NoRoom_Is503WithRetryAfterAndNothingIsKept(bool isCongested)
    {
        await using OtlpServer server = await OtlpServer.StartAsync(options => options.RetryAfter = TimeSpan.FromSeconds(7));
        server.Sink.IsCongested = isCongested;
        server.Sink.Room = 0;
        byte[] body = OtlpSamples.Typical(5_000).ToByteArray();
        HttpClient client = server.Http();
        using HttpResponseMessage response = await client.PostAsync("/v1/logs", OtlpServer.Content(body, Protobuf));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(7), response.Headers.RetryAfter?.Delta);
        RpcStatus status = RpcStatus.Parser.ParseFrom(await response.Content.ReadAsByteArrayAsync());
        Assert.Equal(14, status.Code);
        Assert.Equal(7, RetryInfo.Parser.ParseFrom(status.Details.Single().Value).RetryDelay.Seconds);
        Assert.Empty(server.Sink.Batches);
        Assert.Equal(0, server.HttpStatistics.Accepted);

        server.Sink.IsCongested = false;
        server.Sink.Room = int.MaxValue;
        using HttpResponseMessage again = await client.PostAsync("/v1/logs", OtlpServer.Content(body, Protobuf));
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Equal(5_000, server.Sink.RecordCount);
    }

    [Fact]
    public async Task Post_RoomForTheFirstBatchOnly_WaitsForTheRestAndIsAnsweredOnce()
    {
        await using OtlpServer server = await OtlpServer.StartAsync();
        server.Sink.Room = 1;
        Task<HttpResponseMessage> sending = server.Http().PostAsync("/v1/logs", OtlpServer.Content(OtlpSamples.Typical(5_000).ToByteArray(), Protobuf));
        await server.Sink.UntilAsync(sink => sink.Waiting > 0);
        Assert.False(sending.IsCompleted);
        server.Sink.Room = int.MaxValue;
        using HttpResponseMessage response = await sending;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(5_000, server.Sink.RecordCount);
        Assert.Equal(5_000, server.HttpStatistics.Accepted);
    }

    [Fact]
    public async Task Post_MemoryTaken_Is503()
    {
        await using OtlpServer server = await OtlpServer.StartAsync(options => (options.MemoryBytesMax, options.HttpBodyBytesMax) = (1024 * 1024, 8 * 1024 * 1024));
        using HttpResponseMessage response = await server.Http().PostAsync("/v1/logs", OtlpServer.Content(new byte[2 * 1024 * 1024], Protobuf));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        using HttpResponseMessage small = await server.Http().PostAsync("/v1/logs", OtlpServer.Content(OtlpSamples.Typical(10).ToByteArray(), Protobuf));
        Assert.Equal(HttpStatusCode.OK, small.StatusCode);
    }

    [Fact]
    public async Task Post_RecordsThatTakeMoreMemoryThanTheirBytes_AreCountedByTheirMemory()
    {
        await using OtlpServer server = await OtlpServer.StartAsync(options => options.MemoryBytesMax = 1024 * 1024);
        byte[] body = OtlpSamples.Request([.. Enumerable.Repeat(new OpenTelemetry.Proto.Logs.V1.LogRecord(), 20_000)]).ToByteArray();
        using HttpResponseMessage response = await server.Http().PostAsync("/v1/logs", OtlpServer.Content(body, Protobuf));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Empty(server.Sink.Batches);
    }

    [Fact]
    public async Task Post_SinkFails_Is500WithStatus()
    {
        await using OtlpServer server = await OtlpServer.StartAsync();
        server.Sink.IsBroken = true;
        using HttpResponseMessage response = await server.Http().PostAsync("/v1/logs", OtlpServer.Content(OtlpSamples.Typical(1).ToByteArray(), Protobuf));
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal(13, RpcStatus.Parser.ParseFrom(await response.Content.ReadAsByteArrayAsync()).Code);
    }

    [Theory]
    [InlineData("POST", "/", Protobuf, null, 404, Protobuf)]
    [InlineData("POST", "/v1/traces", Json, null, 404, Json)]
    [InlineData("POST", "/v1/logs/", Json, null, 404, Json)]
    [InlineData("GET", "/v1/logs", "", null, 405, "text/plain")]
    [InlineData("PUT", "/v1/logs", Protobuf, null, 405, Protobuf)]
    [InlineData("OPTIONS", "/v1/logs", "", null, 405, "text/plain")]
    [InlineData("POST", "/v1/logs", "", null, 415, "text/plain")]
    [InlineData("POST", "/v1/logs", "text/plain", null, 415, "text/plain")]
    [InlineData("POST", "/v1/logs", "application/grpc", null, 415, "text/plain")]
    [InlineData("POST", "/v1/logs", Protobuf, "br", 415, Protobuf)]
    [InlineData("POST", "/v1/logs", Json, "gzip, gzip", 415, Json)]
    [InlineData("POST", "/v1/logs", Json, "gzip", 400, Json)]
    public async Task Request_ThatIsNoExport_GetsItsStatus(string method, string path, string type, string? encoding, int expected, string expectedType)
    {
        await using OtlpServer server = await OtlpServer.StartAsync();
        using HttpRequestMessage request = new(new HttpMethod(method), path) { Content = OtlpServer.Content([0x7B, 0x7D], type) };
        if (encoding is not null)
        {
            request.Content.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
        }

        using HttpResponseMessage response = await server.Http().SendAsync(request);
        Assert.Equal(expected, (int)response.StatusCode);
        Assert.Equal(expectedType, response.Content.Headers.ContentType?.ToString());
        byte[] body = await response.Content.ReadAsByteArrayAsync();
        RpcStatus status = expectedType == Protobuf ? RpcStatus.Parser.ParseFrom(body) : JsonParser.Default.Parse<RpcStatus>(WithoutDetails(body));
        Assert.NotEqual(0, status.Code);
        Assert.NotEmpty(status.Message);
        Assert.Equal(expected == 405, response.Content.Headers.Allow.Contains("POST"));
    }

    [Fact]
    public async Task Post_AcceptEncodingGzip_CompressesAnswersThatGain()
    {
        await using OtlpServer server = await OtlpServer.StartAsync();
        using HttpRequestMessage request = new(HttpMethod.Post, "/v1/logs") { Content = OtlpServer.Content([0x0A, 0x05, 0x12], Protobuf) };
        request.Headers.AcceptEncoding.ParseAdd("deflate;q=0.5, gzip;q=0.9");
        using HttpResponseMessage response = await server.Http().SendAsync(request);
        Assert.Equal("gzip", response.Content.Headers.ContentEncoding.Single());
        using System.IO.Compression.GZipStream gzip = new(await response.Content.ReadAsStreamAsync(), System.IO.Compression.CompressionMode.Decompress);
        Assert.Equal(3, RpcStatus.Parser.ParseFrom(gzip).Code);
    }

    static string WithoutDetails(byte[] json)
    {
        System.Text.Json.Nodes.JsonNode node = System.Text.Json.Nodes.JsonNode.Parse(json)!;
        node.AsObject().Remove("details");
        return node.ToJsonString();
    }
}
