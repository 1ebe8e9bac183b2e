using System.Net;
using System.Net.Sockets;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Resources;
using Receivers.Otlp;
using Receivers.Otlp.Reading;
using Tests.Shared;

namespace Receivers.Tests.Otlp;

public sealed class OtlpReceiverTests
{
    [Theory]
    [InlineData(OtlpExportProtocol.Grpc)]
    [InlineData(OtlpExportProtocol.HttpProtobuf)]
    public async Task Sdk_Records_ArriveWithAllTheirFields(OtlpExportProtocol protocol)
    {
        await using OtlpServer server = await OtlpServer.StartAsync();
        bool isGrpc = protocol == OtlpExportProtocol.Grpc;
        using (ILoggerFactory factory = LoggerFactory.Create(logging => logging.AddOpenTelemetry(options =>
        {
            options.SetResourceBuilder(ResourceBuilder.CreateEmpty().AddService("shop", serviceVersion: "1.2", autoGenerateServiceInstanceId: false).AddAttributes([new("host.name", "web1")]));
            options.IncludeFormattedMessage = true;
            options.AddOtlpExporter((exporter, processor) =>
            {
                // What its end finds unsent it drops soon, and what is not answered in 10 s at once.
                exporter.TimeoutMilliseconds = (int)Patience.Long.TotalMilliseconds;
                processor.BatchExportProcessorOptions.ScheduledDelayMilliseconds = 10;
                exporter.Protocol = protocol;
                exporter.Endpoint = isGrpc ? server.Address("grpc") : new Uri(server.Address("http"), "/v1/logs");
            });
        })))
        {
            ILogger logger = factory.CreateLogger("Shop.Orders");
            for (int i = 0; i < 1_500; i++)
            {
                Orders.Failed(logger, i);
            }

            await server.Sink.UntilAsync(sink => sink.RecordCount >= 1_500);
        }

        Assert.Equal(1_500, server.Sink.RecordCount);
        int expected = 0;
        foreach (RecordBatch batch in server.Sink.Batches)
        {
            for (int i = 0; i < batch.Count; i++)
            {
                LogRecord record = batch.Records[i];
                Assert.Equal($"Order {expected} failed", Decoding.TextOf(batch, record.Body));
                Assert.Equal(("shop", "web1", 17), (Decoding.TextOf(batch, record.AppName), Decoding.TextOf(batch, record.Hostname), (int)record.SeverityNumber));
                Assert.Equal(ParseMarks.None, record.Marks);
                OtlpRecordReader reader = new(batch[record.Original]);
                Assert.Equal("Error", System.Text.Encoding.UTF8.GetString(reader.SeverityText));
                Assert.True(reader.Attributes.TryGet("Id"u8, out OtlpValue id));
                Assert.Equal((OtlpValueKind.Integer, expected), (id.Kind, (int)id.Integer));
                Assert.Equal("Shop.Orders", System.Text.Encoding.UTF8.GetString(new OtlpScopeReader(batch[batch.Sources[record.Source].Scope]).Name));
                expected++;
            }
        }
    }

    [Fact]
    public async Task Start_EnvironmentOfAspNet_OpensNothingElse()
    {
        string[] names = ["ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS", "HTTP_PORTS", "URLS", "DOTNET_URLS", "Kestrel__Endpoints__X__Url"];
        try
        {
            foreach (string name in names)
            {
                Environment.SetEnvironmentVariable(name, name.Contains("PORTS", StringComparison.Ordinal) ? "1" : "http://256.0.0.1:1");
            }

            await using OtlpServer server = await OtlpServer.StartAsync();
            Assert.Equal(2, server.Receiver.Listening.Count);
        }
        finally
        {
            foreach (string name in names)
            {
                Environment.SetEnvironmentVariable(name, null);
            }
        }
    }

    [Fact]
    public async Task Start_PortTaken_FailsInOneLine()
    {
        await using OtlpServer server = await OtlpServer.StartAsync();
        Uri taken = server.Address("http");
        OtlpOptions options = new() { Grpc = null, Http = IPEndPoint.Parse(taken.Authority) };
        await using OtlpReceiver second = new(options, NullLoggerFactory.Instance, TimeProvider.System);
        ReceiverStartException error = await Assert.ThrowsAsync<ReceiverStartException>(() => second.StartAsync(new TestSink(), CancellationToken.None));
        Assert.Contains(taken.Authority, error.Message, StringComparison.Ordinal);
        Assert.Empty(second.Listening);
    }

    [Fact]
    public async Task Start_BothPortsOff_ListensOnNothing()
    {
        await using OtlpReceiver receiver = new(new OtlpOptions { Grpc = null, Http = null }, NullLoggerFactory.Instance, TimeProvider.System);
        await receiver.StartAsync(new TestSink(), CancellationToken.None);
        Assert.Empty(receiver.Listening);
        await receiver.StopAsync(CancellationToken.None);
        await receiver.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Stop_DuringAnUpload_LetsItEndAndKeepsIt()
    {
        await using OtlpServer server = await OtlpServer.StartAsync();
        byte[] body = OtlpSamples.Typical(100).ToByteArray();
        TaskCompletionSource half = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource rest = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using HttpRequestMessage request = new(HttpMethod.Post, "/v1/logs") { Content = new HeldContent(body, half, rest.Task) };
        request.Content.Headers.ContentType = new("application/x-protobuf");
        // The body is begun when the server asks for it: a connection whose head it has not read yet would be closed as idle.
        request.Headers.ExpectContinue = true;
        Uri address = server.Address("http");
        using HttpClient client = new(new SocketsHttpHandler { Expect100ContinueTimeout = Patience.Long }) { BaseAddress = address };
        Task<HttpResponseMessage> sending = client.SendAsync(request);
        await half.Task;
        Task stopping = server.Receiver.StopAsync(CancellationToken.None);
        await UntilAsync(() => !CanConnect(address));
        rest.SetResult();
        using HttpResponseMessage response = await sending;
        await stopping;
        Assert.Equal(response.IsSuccessStatusCode ? 100 : 0, server.Sink.RecordCount);
        Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task Stop_DeadlineWhileARequestWaits_IsAnsweredTryAgain()
    {
        await using OtlpServer server = await OtlpServer.StartAsync();
        server.Sink.Room = 1;
        Task<HttpResponseMessage> sending = server.Http().PostAsync("/v1/logs", OtlpServer.Content(OtlpSamples.Typical(5_000).ToByteArray(), "application/x-protobuf"));
        await server.Sink.UntilAsync(sink => sink.Waiting > 0);
        using CancellationTokenSource deadline = new();
        Task stopping = server.Receiver.StopAsync(deadline.Token);
        Assert.False(sending.IsCompleted);
        await deadline.CancelAsync();
        await stopping;
        try
        {
            using HttpResponseMessage response = await sending;
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        }
        catch (HttpRequestException)
        {
            // Closed without an answer: the sender tries again as well.
        }
    }

    [Fact]
    public async Task Connections_OverTheLimit_AreClosed()
    {
        await using OtlpServer server = await OtlpServer.StartAsync(options => options.ConnectionCountMax = 1);
        Uri address = server.Address("http");
        using TcpClient first = new();
        await first.ConnectAsync(address.Host, address.Port);
        await UntilAsync(() => server.HttpStatistics.Connections == 1);
        using TcpClient second = new();
        await second.ConnectAsync(address.Host, address.Port);
        using CancellationTokenSource deadline = new(Patience.Long);
        Assert.Equal(0, await second.GetStream().ReadAsync(new byte[1], deadline.Token));
    }

    /// <summary>O7: as one record, and as the attributes of its resource.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Post_AMillionAttributes_AreTaken(bool areOfTheResource)
    {
        await using OtlpServer server = await OtlpServer.StartAsync();
        // Field numbers of resource_logs and scope_logs: 1 resource, 2 scope_logs; 2 log_records; attributes are 1 of a resource and 6 of a record.
        byte[] resource = areOfTheResource ? Field(1, Attributes(1)) : [];
        byte[] body = Field(1, [.. resource, .. Field(2, Field(2, areOfTheResource ? [] : Attributes(6)))]);
        using HttpResponseMessage response = await server.Http().PostAsync("/v1/logs", OtlpServer.Content(body, "application/x-protobuf"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(1, server.Sink.RecordCount);

        // By hand, since a million objects would be in the way of the tests that run beside and look at memory.
        static byte[] Attributes(int field)
        {
            using MemoryStream all = new();
            for (int i = 0; i < 1_000_000; i++)
            {
                byte[] key = System.Text.Encoding.ASCII.GetBytes("k" + i.ToString(System.Globalization.CultureInfo.InvariantCulture));
                all.Write([(byte)(field << 3 | 2), (byte)(key.Length + 6), 0x0A, (byte)key.Length, .. key, 0x12, 2, 0x10, 1]);
            }

            return all.ToArray();
        }

        static byte[] Field(int number, byte[] content)
        {
            using MemoryStream field = new();
            using (CodedOutputStream output = new(field, leaveOpen: true))
            {
                output.WriteTag(number, WireFormat.WireType.LengthDelimited);
                output.WriteBytes(UnsafeByteOperations.UnsafeWrap(content));
            }

            return field.ToArray();
        }
    }

    /// <summary>O7.</summary>
    [Fact]
    public async Task Post_100000Records_AreTaken()
    {
        await using OtlpServer server = await OtlpServer.StartAsync();
        ByteString text = ByteString.CopyFromUtf8("a short line of a chatty service");
        OpenTelemetry.Proto.Logs.V1.LogRecord record = new() { Body = OtlpSamples.Text(text.ToStringUtf8()) };
        byte[] body = OtlpSamples.Request([.. Enumerable.Repeat(record, 100_000)]).ToByteArray();
        using HttpResponseMessage response = await server.Http().PostAsync("/v1/logs", OtlpServer.Content(body, "application/x-protobuf"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(100_000, server.Sink.RecordCount);
    }

    static bool CanConnect(Uri address)
    {
        try
        {
            using TcpClient client = new(address.Host, address.Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    static async Task UntilAsync(Func<bool> condition)
    {
        using CancellationTokenSource deadline = new(Patience.Long);
        while (!condition())
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    sealed class HeldContent(byte[] body, TaskCompletionSource half, Task rest) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(body.AsMemory(0, body.Length / 2));
            await stream.FlushAsync();
            half.TrySetResult();
            await rest;
            await stream.WriteAsync(body.AsMemory(body.Length / 2));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = body.Length;
            return true;
        }
    }
}

/// <summary>Log calls of an application.</summary>
static partial class Orders
{
    [LoggerMessage(1, LogLevel.Error, "Order {Id} failed")]
    public static partial void Failed(ILogger logger, int id);
}
