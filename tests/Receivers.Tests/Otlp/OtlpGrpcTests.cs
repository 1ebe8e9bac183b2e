using System.IO.Compression;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using Grpc.Net.Compression;
using OpenTelemetry.Proto.Collector.Logs.V1;
using RpcStatus = Google.Rpc.Status;

namespace Receivers.Tests.Otlp;

public sealed class OtlpGrpcTests
{
    [Fact]
    public async Task Export_Records_AreTakenAndPartialSuccessIsUnset()
    {
        await using OtlpServer server = await OtlpServer.StartAsync();
        ExportLogsServiceRequest request = OtlpSamples.Typical(2_000);
        ExportLogsServiceResponse response = await server.Grpc().ExportAsync(request);
        Assert.Null(response.PartialSuccess);
        Assert.Equal(2_000, server.Sink.RecordCount);
        Assert.Equal(2_000, server.GrpcStatistics.Accepted);
        Assert.Equal(request.CalculateSize() + 5, server.GrpcStatistics.Bytes);
        Assert.All(server.Sink.Batches, batch => Assert.Equal("grpc", batch.Transport));
    }

    [Fact]
    public async Task Export_TwoRequestsOnAConnection_ShareALane()
    {
        await using OtlpServer server = await OtlpServer.StartAsync();
        LogsService.LogsServiceClient client = server.Grpc();
        await client.ExportAsync(OtlpSamples.Typical(1));
        await client.ExportAsync(OtlpSamples.Typical(1));
        RecordLane lane = Assert.IsType<RecordLane>(server.Sink.Batches[0].Lane);
        Assert.Same(lane, server.Sink.Batches[1].Lane);
    }

    [Fact]
    public async Task Export_EmptyRequest_IsSuccess()
    {
        await using OtlpServer server = await OtlpServer.StartAsync();
        Assert.Null((await server.Grpc().ExportAsync(new ExportLogsServiceRequest())).PartialSuccess);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("zstd")]
    public async Task Export_Compressed_IsTaken(string coding)
    {
        await using OtlpServer server = await OtlpServer.StartAsync();
        LogsService.LogsServiceClient client = server.Grpc(options => options.CompressionProviders = [new Packer(coding)]);
        await client.ExportAsync(OtlpSamples.Typical(500), new Metadata { { "grpc-internal-encoding-request", coding } });
        Assert.Equal(500, server.Sink.RecordCount);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("zstd")]
    public async Task Export_Bomb_IsResourceExhaustedWithoutItsMemory(string coding)
    {
        await using OtlpServer server = await OtlpServer.StartAsync();
        ExportLogsServiceRequest bomb = OtlpSamples.Request(OtlpSamples.Record(new string('x', 20_000_000)));
        LogsService.LogsServiceClient client = server.Grpc(options => (options.CompressionProviders, options.MaxSendMessageSize) = ([new Packer(coding)], null));
        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await client.ExportAsync(bomb, new Metadata { { "grpc-internal-encoding-request", coding } }));
        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
        Assert.Empty(server.Sink.Batches);
    }

    [Fact]
    public async Task Export_CorruptGzip_IsInvalidArgument()
    {
        await using OtlpServer server = await OtlpServer.StartAsync();
        LogsService.LogsServiceClient client = server.Grpc(options => options.CompressionProviders = [new Packer("gzip", isCut: true)]);
        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await client.ExportAsync(OtlpSamples.Typical(10), new Metadata { { "grpc-internal-encoding-request", "gzip" } }));
        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
    }

    [Fact]
    public async Task Export_OverTheMessageLimit_IsResourceExhaustedWithoutRetryInfo()
    {
        await using OtlpServer server = await OtlpServer.StartAsync();
        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await server.Grpc(options => options.MaxSendMessageSize = null).ExportAsync(OtlpSamples.Typical(12_000)));
        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
        Assert.DoesNotContain(error.Trailers, entry => entry.Key == "grpc-status-details-bin");
        Assert.Empty(server.Sink.Batches);
    }

    [Fact]
    public async Task Export_BadData_IsInvalidArgumentWithBadRequest()
    {
        await using OtlpServer server = await OtlpServer.StartAsync();
        ExportLogsServiceRequest deep = OtlpSamples.Request(new OpenTelemetry.Proto.Logs.V1.LogRecord { Body = OtlpSamples.Nested(65, isMap: false) });
        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await server.Grpc().ExportAsync(deep));
        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        RpcStatus status = Details(error);
        Assert.Equal("type.googleapis.com/google.rpc.BadRequest", status.Details.Single().TypeUrl);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Export_NoRoom_IsUnavailableWithRetryInfo(bool isCongested)
    {
        await using OtlpServer server = await OtlpServer.StartAsync(options => options.RetryAfter = TimeSpan.FromSeconds(3));
        server.Sink.IsCongested = isCongested;
        server.Sink.Room = 0;
        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await server.Grpc().ExportAsync(OtlpSamples.Typical(2)));
        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        RpcStatus status = Details(error);
        Assert.Equal(14, status.Code);
        Assert.Equal(3, RetryInfo.Parser.ParseFrom(status.Details.Single().Value).RetryDelay.Seconds);
        Assert.Empty(server.Sink.Batches);
    }

    [Fact]
    public async Task Export_MemoryTaken_IsUnavailable()
    {
        await using OtlpServer server = await OtlpServer.StartAsync(options => options.MemoryBytesMax = 1024 * 1024);
        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await server.Grpc().ExportAsync(OtlpSamples.Typical(5_000)));
        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        await server.Grpc().ExportAsync(OtlpSamples.Typical(100));
        Assert.Equal(100, server.Sink.RecordCount);
    }

    [Fact]
    public async Task Export_SinkFails_IsInternal()
    {
        await using OtlpServer server = await OtlpServer.StartAsync();
        server.Sink.IsBroken = true;
        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await server.Grpc().ExportAsync(OtlpSamples.Typical(2)));
        Assert.Equal(StatusCode.Internal, error.StatusCode);
    }

    [Fact]
    public async Task Call_OtherMethod_IsUnimplemented()
    {
        await using OtlpServer server = await OtlpServer.StartAsync();
        CallInvoker invoker = Grpc.Net.Client.GrpcChannel.ForAddress(server.Address("grpc")).CreateCallInvoker();
        Marshaller<byte[]> bytes = new(static value => value, static value => value);
        Method<byte[], byte[]> traces = new(MethodType.Unary, "opentelemetry.proto.collector.trace.v1.TraceService", "Export", bytes, bytes);
        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await invoker.AsyncUnaryCall(traces, null, new CallOptions(), []));
        Assert.Equal(StatusCode.Unimplemented, error.StatusCode);
    }

    [Fact]
    public async Task Post_HttpOverTheGrpcPort_IsTaken()
    {
        await using OtlpServer server = await OtlpServer.StartAsync();
        using HttpClient client = new() { BaseAddress = server.Address("grpc"), DefaultRequestVersion = new Version(2, 0), DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using HttpResponseMessage response = await client.PostAsync("/v1/logs", OtlpServer.Content(OtlpSamples.Typical(9).ToByteArray(), "application/x-protobuf"));
        Assert.True(response.IsSuccessStatusCode);
        Assert.Equal(9, server.Sink.RecordCount);
    }

    static RpcStatus Details(RpcException error) => RpcStatus.Parser.ParseFrom(error.Trailers.GetValueBytes("grpc-status-details-bin"));

    sealed class Packer(string name, bool isCut = false) : ICompressionProvider
    {
        public string EncodingName => name;

        public Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel) => name switch
        {
            "gzip" => new GZipStream(isCut ? new CutStream(stream) : stream, CompressionLevel.Optimal, leaveOpen: true),
            "deflate" => new ZLibStream(stream, CompressionLevel.Optimal, leaveOpen: true),
            _ => new ZstdSharp.CompressionStream(stream, leaveOpen: true),
        };

        public Stream CreateDecompressionStream(Stream stream) => throw new NotSupportedException();
    }

    /// <summary>Loses the last four bytes of every write.</summary>
    sealed class CutStream(Stream inner) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => inner.Length;

        public override long Position { get => inner.Position; set => inner.Position = value; }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, Math.Max(0, count - 4));

        public override void Write(ReadOnlySpan<byte> buffer) => inner.Write(buffer[..Math.Max(0, buffer.Length - 4)]);
    }
}
