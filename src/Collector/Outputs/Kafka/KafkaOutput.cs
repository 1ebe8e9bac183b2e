using Collector.Outputs.Formats;
using Collector.Outputs.Tls;
using Collector.Pipeline;
using Confluent.Kafka;
using Receivers;
using Producer = Confluent.Kafka.IProducer<byte[]?, byte[]>;

namespace Collector.Outputs.Kafka;

/// <summary>Records as messages of a Kafka topic, keyed by host. Delivered is what the brokers have confirmed, record by record.</summary>
sealed partial class KafkaOutput : IOutput
{
    const long NanosPerMilli = 1_000_000;

    readonly KafkaOptions _options;
    readonly string? _stateFolder;
    readonly ILogger _logger;
    readonly TimeProvider _time;
    readonly MinuteGate _warnings;
    readonly PayloadBuffer _buffer = new();
    readonly RecordLine _line;
    readonly KafkaHeaders _headers = new();
    readonly byte[] _peer = new byte[64];
    byte[]? _key;
    Producer? _producer;
    TlsFileWatch? _files;

    // Written on librdkafka's thread.
    volatile string _brokers = "";
    volatile bool _isDead;

    public KafkaOutput(string name, KafkaOptions options, OutputContext context)
    {
        Name = name;
        _options = options;
        _stateFolder = context.StateFolder;
        _logger = context.Loggers.CreateLogger<KafkaOutput>();
        _warnings = new MinuteGate(context.Time);
        _time = context.Time;
        _line = new RecordLine(options.Format);
    }

    public static OutputKind Kind { get; } = new OutputKind<KafkaOptions>(
        "kafka",
        "A Kafka topic: a message for each record, keyed by host, with the verdict in its headers.",
        new OutputQueueOptions(),
        KafkaOptions.Read,
        static (name, options, context) => new KafkaOutput(name, options, context));

    public string Name { get; }

    // Brokers that are down are no reason not to start.
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (KafkaLibrary.EnsureLoaded(_stateFolder) is { } problem)
        {
            throw new OutputStartException($"outputs.{Name}: {problem}");
        }

        ClientTls.LoadAtStart(_options.Tls, Name).ClientCertificateContext?.TargetCertificate.Dispose();
        _files = new TlsFileWatch(_options.Tls, _time);
        try
        {
            _producer = Build();
        }
        catch (Exception e) when (e is KafkaException or InvalidOperationException or ArgumentException)
        {
            // Its words name a property by its own name, which is not always a key of ours.
            string own = _options.PropertyNames is { Length: > 0 } names ? $" (properties: {names})" : "";
            throw new OutputStartException($"outputs.{Name}: librdkafka does not take these settings{own}: {OneLine.Of(e.Message)}", e);
        }

        return Task.CompletedTask;
    }

    public async ValueTask<SendOutcome> SendAsync(ClassifiedBatch batch, ReadOnlyMemory<int> selected, CancellationToken cancellationToken)
    {
        if (_isDead && await TryReplaceAsync().ConfigureAwait(false) is { } failure)
        {
            return failure;
        }

        await RenewAsync().ConfigureAwait(false);
        KafkaDelivery delivery = new(selected);
        for (int place = 0; place < selected.Length; place++)
        {
            Produce(batch, selected.Span[place], place, delivery);
        }

        await delivery.Completion.WaitAsync(cancellationToken).ConfigureAwait(false);
        SendOutcome outcome = delivery.Outcome(_brokers);
        if (outcome.Kind == SendKind.Delivered)
        {
            _brokers = "";
        }

        return outcome;
    }

    // A send ends when its records are confirmed: nothing is ever in flight between sends.
    public ValueTask FlushAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await DisposeProducerAsync().ConfigureAwait(false);
        _buffer.Dispose();
    }

    void Produce(ClassifiedBatch batch, int index, int place, KafkaDelivery delivery)
    {
        ref readonly LogRecord record = ref batch.Records[index];
        _buffer.Clear();
        _line.Write(_buffer, batch, index);
        long unixNano = record.TimestampUnixNano != 0 ? record.TimestampUnixNano : record.ObservedUnixNano;
        Message<byte[]?, byte[]> message = new()
        {
            Key = KeyOf(batch, record),
            Value = _buffer.Span.ToArray(),
            Headers = _headers.Of(batch.Verdicts[index], batch.Model),
            // The protocol knows no time before 1970.
            Timestamp = new Timestamp(Math.Max(0, unixNano / NanosPerMilli), TimestampType.CreateTime),
        };
        try
        {
            _producer!.Produce(_options.Topic, message, report => delivery.Report(place, report.Error));
        }
        catch (KafkaException e)
        {
            // Too large, or librdkafka's queue is full.
            delivery.Report(place, e.Error);
        }
    }

    /// <summary>Host name, or the peer's address; null when neither is known, and the message goes to any partition.</summary>
    byte[]? KeyOf(ClassifiedBatch batch, in LogRecord record)
    {
        ReadOnlySpan<byte> host = batch[record.Hostname];
        if (host.IsEmpty)
        {
            host = _peer.AsSpan(0, batch.Sources[record.Source].Peer.Write(_peer, withPort: false));
        }

        // Records of a host come in runs.
        if (_key is null || !host.SequenceEqual(_key))
        {
            _key = host.IsEmpty ? null : host.ToArray();
        }

        return _key;
    }

    Producer Build() => new ProducerBuilder<byte[]?, byte[]>(_options.ToProducerProperties())
        .SetErrorHandler(OnError)
        .SetLogHandler(OnLog)
        .Build();

    /// <summary>A new producer where the files of TLS are new and good.</summary>
    async Task RenewAsync()
    {
        if (_files is null || !_files.HasNews())
        {
            return;
        }

        try
        {
            ClientTls.Load(_options.Tls).ClientCertificateContext?.TargetCertificate.Dispose();
            Producer renewed = Build();
            await DisposeProducerAsync().ConfigureAwait(false);
            _producer = renewed;
            TlsLog.Renewed(_logger, Name);
        }
        catch (Exception e) when (e is IOException or KafkaException or InvalidOperationException)
        {
            TlsLog.Kept(_logger, Name, OneLine.Of(e.Message));
        }
    }

    /// <returns>Null: there is a new producer.</returns>
    async Task<SendOutcome?> TryReplaceAsync()
    {
        LogFatal(Name, _brokers);
        await DisposeProducerAsync().ConfigureAwait(false);
        try
        {
            _producer = Build();
            _isDead = false;
            return null;
        }
        catch (Exception e) when (e is KafkaException or InvalidOperationException)
        {
            // A certificate that is being replaced, for one.
            return SendOutcome.Retry("kafka_error", e.Message);
        }
    }

    // It waits for librdkafka's threads.
    async Task DisposeProducerAsync()
    {
        Producer? producer = _producer;
        _producer = null;
        if (producer is not null)
        {
            await Task.Run(producer.Dispose).ConfigureAwait(false);
        }
    }

    void OnError(Producer producer, Error error)
    {
        _brokers = OneLine.Of(error.Reason);
        _isDead |= error.IsFatal;
    }

    void OnLog(Producer producer, LogMessage message)
    {
        if (message.Level <= SyslogLevel.Warning && _warnings.TryPass(1, out _))
        {
            LogWarning(Name, message.Facility, OneLine.Of(message.Message));
        }
        else
        {
            LogDebug(Name, message.Facility, OneLine.Of(message.Message));
        }
    }
}
