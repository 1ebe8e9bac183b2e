using System.Globalization;
using Classifier;
using Collector.Configuration;
using Collector.Metrics;
using Collector.Outputs;
using Collector.Pipeline;
using Collector.Status;
using Prometheus;
using Receivers;

namespace Collector;

/// <summary>The running collector: every part, made in the order in which a record meets them, started from the far end and stopped from the near one.</summary>
sealed partial class Appliance : IAsyncDisposable
{
    readonly ILogger _logger;
    readonly CollectorOptions _options;
    readonly Ledger _ledger = new();
    readonly VerdictStatistics _verdicts;
    readonly IReceiver[] _receivers;
    readonly LogClassifier _classifier;
    readonly OutputQueue[] _outputs;
    readonly RecordPipeline _pipeline;
    readonly Health _health;
    readonly HttpEndpoints? _http;
    long _takenAtLastLook;

    public Appliance(CollectorOptions options, ILoggerFactory loggers, TimeProvider time)
    {
        _logger = loggers.CreateLogger("Collector");
        _options = options;
        _verdicts = new VerdictStatistics(time);
        _classifier = LogClassifier.Create(options.Classifier.Options, loggers.CreateLogger("Classifier"), time);
        PartServices services = new(loggers, time);
        _receivers = [.. options.Receivers.Select(plan => plan.Create(services))];
        OutputContext context = new(time, loggers, options.Classifier.Options.StateFolder);
        _outputs = [.. options.Outputs.Select(setup => setup.Create(context))];
        RuleSet rules = new(options.Rules);
        _pipeline = new RecordPipeline(
            options.Pipeline, _ledger, _classifier, () => new Judge(options.Classifier.Policy, rules, _verdicts), new OutputFan(_outputs), time);
        _health = new Health(_receivers, _pipeline, _classifier, () => _outputs.Select(o => ComponentHealth.Of("output:" + o.Name, o.Problem)));
        _http = options.Http.Listen is { } listen ? new HttpEndpoints(listen, new MetricsPage(RegisterMetrics()), _health) : null;
    }

    /// <summary>Opens outputs, loads what is needed, opens the doors last.</summary>
    /// <exception cref="OutputStartException">An output cannot work as configured.</exception>
    /// <exception cref="ReceiverStartException">A door cannot be opened.</exception>
    /// <exception cref="HttpStartException">The metrics port cannot be had.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (OutputQueue output in _outputs)
        {
            await output.StartAsync(cancellationToken).ConfigureAwait(false);
        }

        await _classifier.StartAsync(cancellationToken).ConfigureAwait(false);
        _pipeline.Start();
        if (_http is not null)
        {
            await _http.StartAsync(cancellationToken).ConfigureAwait(false);
            string door = "http " + _http.Listening;
            LogListening(door);
        }

        foreach (IReceiver receiver in _receivers)
        {
            await receiver.StartAsync(_pipeline.Sink, cancellationToken).ConfigureAwait(false);
            foreach (string door in receiver.Listening.Select(l => $"{receiver.Name} {l}"))
            {
                LogListening(door);
            }
        }

        _health.MarkStarted();
        string model = _classifier.Problem is { } problem ? "none: " + problem : _classifier.ModelName;
        LogReady(model, BuildFacts.Simd);
    }

    /// <summary>Closes the doors, works off what was taken in, and says where every record went. Returns within the grace period and a second.</summary>
    public async Task StopAsync()
    {
        using CancellationTokenSource grace = new(_options.ShutdownGrace);
        using CancellationTokenRegistration hurry = grace.Token.Register(() =>
        {
            foreach (OutputQueue output in _outputs)
            {
                output.StopWaiting();
            }
        });
        _health.MarkStopping();
        LogStopping(_options.ShutdownGrace.TotalSeconds);
        await Task.WhenAll(_receivers.Select(r => r.StopAsync(grace.Token))).ConfigureAwait(false);
        await _pipeline.StopAsync(grace.Token).ConfigureAwait(false);
        await Task.WhenAll(_outputs.Select(o => o.StopAsync(grace.Token))).ConfigureAwait(false);
        await _classifier.StopAsync(CancellationToken.None).ConfigureAwait(false);
        string dropped = string.Join(", ", _ledger.Dropped.Select(
            d => string.Create(CultureInfo.InvariantCulture, $"{d.Value} {d.Key.Reason} at {d.Key.Stage}")));
        if (dropped.Length > 0)
        {
            LogDropped(dropped);
        }

        LogStopped(_ledger.Received, _ledger.Delivered, _ledger.DroppedTotal, _ledger.Queued);
    }

    /// <summary>The pipeline has moved on since it was asked last, or has nothing to do. For the watchdog; one caller.</summary>
    public bool IsProgressing()
    {
        long taken = _pipeline.Taken;
        bool isProgressing = _pipeline.Problem is null && (taken != _takenAtLastLook || _pipeline.IsAtRest);
        _takenAtLastLook = taken;
        return isProgressing;
    }

    /// <summary>Lets outputs open their files anew, after somebody moved them away.</summary>
    public Task ReopenAsync(CancellationToken cancellationToken) => Task.WhenAll(_outputs.Select(o => o.ReopenAsync(cancellationToken)));

    public async ValueTask DisposeAsync()
    {
        foreach (IReceiver receiver in _receivers)
        {
            await receiver.DisposeAsync().ConfigureAwait(false);
        }

        if (_http is not null)
        {
            await _http.DisposeAsync().ConfigureAwait(false);
        }

        foreach (OutputQueue output in _outputs)
        {
            await output.DisposeAsync().ConfigureAwait(false);
        }

        _pipeline.Dispose();
        await _classifier.DisposeAsync().ConfigureAwait(false);
    }

    CollectorRegistry RegisterMetrics()
    {
        CollectorRegistry registry = Prometheus.Metrics.NewCustomRegistry();
        MetricFactory metrics = Prometheus.Metrics.WithCustomRegistry(registry);
        LogMetrics.Register(metrics, registry, _verdicts);
        LedgerMetrics.Register(metrics, registry, _ledger, _pipeline);
        ReceiverMetrics.Register(metrics, registry, _receivers);
        ClassifierMetrics.Register(metrics, registry, _classifier);
        OutputMetrics.Register(metrics, registry, _outputs);
        AlertMetrics.Register(metrics, registry, _outputs);
        BuildMetrics.Register(metrics, registry, _classifier);
        return registry;
    }
}
