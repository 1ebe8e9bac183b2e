using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Collector.Configuration;
using Collector.Pipeline;
using Collector.Tests.Shared;
using Microsoft.Extensions.Time.Testing;
using Tests.Shared;

namespace Collector.Tests;

/// <summary>Alone: what a service manager tells a process, it tells in the environment.</summary>
[Collection(Alone.Name)]
public sealed class ServiceManagerTests : IDisposable
{
    static readonly TimeSpan Deadline = Patience.Long;

    readonly TemporaryFolder _folder = new();
    readonly Socket _manager = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    public ServiceManagerTests()
    {
        string socket = _folder["notify"];
        _manager.Bind(new UnixDomainSocketEndPoint(socket));
        Environment.SetEnvironmentVariable("NOTIFY_SOCKET", socket);
        Environment.SetEnvironmentVariable("WATCHDOG_USEC", "20000000");
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("NOTIFY_SOCKET", null);
        Environment.SetEnvironmentVariable("WATCHDOG_USEC", null);
        _manager.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task FeedWatchdogAsync_AStuckPipeline_StopsUntilItMoves()
    {
        using HungConsumer stage = new();
        using RecordPipeline pipeline = Start(stage);
        FakeTimeProvider time = new();
        Channel<bool> looks = Channel.CreateUnbounded<bool>();
        using CancellationTokenSource stop = new();
        Task feeding = new ServiceManager(time).FeedWatchdogAsync(
            () =>
            {
                bool isProgressing = pipeline.IsProgressing();
                looks.Writer.TryWrite(isProgressing);
                return isProgressing;
            },
            stop.Token);
        async Task<bool> LookAsync()
        {
            time.Advance(TimeSpan.FromSeconds(10));
            return await looks.Reader.ReadAsync().AsTask().WaitAsync(Deadline);
        }

        Assert.True(await LookAsync(), "at rest");
        Assert.Equal("WATCHDOG=1", await HearAsync());

        // One batch hangs in the worker, one waits behind it.
        await pipeline.Sink.PostAsync(Some.Batch(pipeline.Sink.Pool, records: 1), default);
        await stage.Reached.WaitAsync(Deadline);
        await pipeline.Sink.PostAsync(Some.Batch(pipeline.Sink.Pool, records: 1), default);
        Assert.True(await LookAsync(), "it took one since the last look");
        Assert.Equal("WATCHDOG=1", await HearAsync());
        for (int i = 0; i < 3; i++)
        {
            Assert.False(await LookAsync(), "nothing moves");
        }

        // Had a look before the last one been told to the manager, it would be here by now.
        Assert.Equal(0, _manager.Available);

        stage.Release();
        await pipeline.StopAsync(default).WaitAsync(Deadline);
        Assert.True(await LookAsync(), "it moves again");
        Assert.Equal("WATCHDOG=1", await HearAsync());
        await stop.CancelAsync();
        await feeding.WaitAsync(Deadline);
        Assert.Equal(0, _manager.Available);
    }

    static RecordPipeline Start(HungConsumer stage)
    {
        PipelineOptions options = new(Workers: 1, IntakeBytesMax: 1 << 20, ParkedBytesMax: 1 << 20, WaitMax: TimeSpan.FromSeconds(2));
        VerdictStatistics statistics = new(TimeProvider.System);
        RecordPipeline pipeline = new(
            options, new Ledger(), TestClassifier.WithoutModel(), () => new Judge(new Lawbook(new Law(SeverityPolicy.Model, new RuleSet([]))), statistics),
            new OutputFan([stage]), TimeProvider.System);
        pipeline.Start();
        return pipeline;
    }

    async Task<string> HearAsync()
    {
        using CancellationTokenSource deadline = new(Deadline);
        byte[] buffer = new byte[256];
        return Encoding.UTF8.GetString(buffer, 0, await _manager.ReceiveAsync(buffer, deadline.Token));
    }
}
