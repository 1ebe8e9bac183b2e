using System.Reflection;
using System.Runtime.InteropServices;
using Collector.Outputs.Kafka;
using Confluent.Kafka;

namespace Collector.Tests.Outputs.Kafka;

/// <summary>Kafka brokers in this process that speak the real protocol over loopback TCP: librdkafka's mock cluster.</summary>
sealed unsafe class MockCluster : IDisposable
{
    readonly IProducer<Null, Null> _owner;
    readonly nint _cluster;
    readonly nint _library;

    public MockCluster(int brokers = 1)
    {
        Assert.Null(KafkaLibrary.EnsureLoaded(null));
        _owner = new ProducerBuilder<Null, Null>(new Dictionary<string, string>
        {
            ["bootstrap.servers"] = "127.0.0.1:1",
            ["test.mock.num.brokers"] = brokers.ToString(System.Globalization.CultureInfo.InvariantCulture),
        }).SetLogHandler((_, _) => { }).Build();
        _library = (nint)typeof(KafkaLibrary).GetField("_library", BindingFlags.Static | BindingFlags.NonPublic)!.GetValue(null)!;
        _cluster = ((delegate* unmanaged<nint, nint>)Function("rd_kafka_handle_mock_cluster"))(Native(_owner));
        Assert.NotEqual(0, _cluster);
        Brokers = Marshal.PtrToStringUTF8(((delegate* unmanaged<nint, nint>)Function("rd_kafka_mock_cluster_bootstraps"))(_cluster))!;
    }

    /// <summary>For <c>brokers</c>.</summary>
    public string Brokers { get; }

    public void CreateTopic(string topic, int partitions)
    {
        fixed (byte* name = System.Text.Encoding.UTF8.GetBytes(topic + "\0"))
        {
            Assert.Equal(0, ((delegate* unmanaged<nint, byte*, int, int, int>)Function("rd_kafka_mock_topic_create"))(_cluster, name, partitions, 1));
        }
    }

    /// <summary>Takes a broker, numbered from 1, off the network or puts it back.</summary>
    public void SetDown(int broker, bool isDown) =>
        Assert.Equal(0, ((delegate* unmanaged<nint, int, int>)Function(isDown ? "rd_kafka_mock_broker_set_down" : "rd_kafka_mock_broker_set_up"))(_cluster, broker));

    /// <summary>The next Produce requests are answered with these errors.</summary>
    public void FailProduce(params ErrorCode[] errors)
    {
        int[] codes = [.. errors.Select(e => (int)e)];
        fixed (int* first = codes)
        {
            ((delegate* unmanaged<nint, short, nint, int*, void>)Function("rd_kafka_mock_push_request_errors_array"))(_cluster, 0, codes.Length, first);
        }
    }

    /// <summary>Ends a producer as librdkafka does when it cannot keep its promise any more.</summary>
    public void Kill(IClient producer)
    {
        fixed (byte* reason = "killed\0"u8)
        {
            Assert.Equal(0, ((delegate* unmanaged<nint, int, byte*, int>)Function("rd_kafka_test_fatal_error"))(Native(producer), (int)ErrorCode.OutOfOrderSequenceNumber, reason));
        }
    }

    /// <summary>Reads so many messages of a topic from its beginning.</summary>
    public List<ConsumeResult<string, string>> Read(string topic, int count, double seconds = 60)
    {
        using IConsumer<string, string> consumer = new ConsumerBuilder<string, string>(new ConsumerConfig
        {
            BootstrapServers = Brokers,
            GroupId = Guid.NewGuid().ToString(),
            AutoOffsetReset = AutoOffsetReset.Earliest,
        }).SetLogHandler((_, _) => { }).Build();
        consumer.Subscribe(topic);
        List<ConsumeResult<string, string>> read = [];
        using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(seconds));
        while (read.Count < count)
        {
            read.Add(consumer.Consume(deadline.Token));
        }

        // What arrived twice would follow at once.
        while (consumer.Consume(TimeSpan.FromMilliseconds(200)) is { } more)
        {
            read.Add(more);
        }

        consumer.Close();
        return read;
    }

    public void Dispose() => _owner.Dispose();

    static nint Native(IClient client) => ((SafeHandle)typeof(Handle)
        .GetProperty("LibrdkafkaHandle", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(client.Handle)!).DangerousGetHandle();

    nint Function(string name) => NativeLibrary.GetExport(_library, name);
}
