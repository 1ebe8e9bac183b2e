using System.Globalization;
using Classifier;
using Collector.Alerts;
using Collector.Configuration;
using Collector.Metrics;
using Collector.Outputs;
using Collector.Outputs.DeadLetters;
using Collector.Pipeline;
using Collector.Samples;
using Collector.Status;
using Prometheus;
using Receivers;
using RunningOutput = Collector.RunningPart<Collector.Outputs.OutputSetup, Collector.Outputs.OutputQueue>;
using RunningReceiver = Collector.RunningPart<Collector.Configuration.ReceiverPlan, Receivers.IReceiver>;

namespace Collector;

/// <summary>The running collector: every part, made in the order in which a record meets them, started from the far end and stopped from the near one.</summary>
sealed partial class Appliance : IAsyncDisposable
{
    readonly ILogger _logger;
    readonly TimeProvider _time;
    readonly PartServices _services;
    readonly AlertEvidence _evidence;
    readonly DeadLetterBox? _deadLetters;
    OutputContext _context;
    readonly Ledger _ledger = new();
    readonly VerdictStatistics _verdicts;
    readonly Lawbook _lawbook;
    readonly LogClassifier _classifier;
    readonly OutputFan _fan;
    readonly RecordPipeline _pipeline;
    readonly Health _health;
    readonly CollectorRegistry _registry = Prometheus.Metrics.NewCustomRegistry();
    readonly ReloadMetrics _reloadMetrics;
    readonly HttpEndpoints? _http;
    readonly StatusEndpoints? _status;
    readonly RecentCriticals? _criticals;
    readonly long _startedAt;

    // Replaced as a whole by a reload.
    volatile LoadedConfiguration _configuration;
    volatile RunningReceiver[] _receivers;
    volatile RunningOutput[] _outputs;

    /// <param name="configuration">Good.</param>
    /// <param name="reloads">Whom the API asks.</param>
    /// <param name="loggers">For what people should read.</param>
    /// <param name="time">The clock.</param>
    public Appliance(LoadedConfiguration configuration, Reloads reloads, ILoggerFactory loggers, TimeProvider time)
    {
        CollectorOptions options = configuration.Options!;
        _configuration = configuration;
        _logger = loggers.CreateLogger("Collector");
        _time = time;
        _startedAt = time.GetTimestamp();
        _services = new PartServices(loggers, time);
        _verdicts = new VerdictStatistics(time);
        _lawbook = new Lawbook(LawOf(options));
        _classifier = LogClassifier.Create(options.Classifier.Options, loggers.CreateLogger("Classifier"), time);
        _evidence = new AlertEvidence(new RecentLines(AlertOptions.LinesBeforeMax, time), new AlertWords(_classifier));
        _deadLetters = options.DeadLetters is { } letters ? new DeadLetterBox(letters, _logger, time) : null;
        _context = new OutputContext(time, loggers, options.Classifier.Options.StateFolder) { Evidence = _evidence, DeadLetters = _deadLetters, Ledger = _ledger };
        _receivers = [.. options.Receivers.Select(plan => new RunningReceiver(plan, ReceiverSettings(configuration, plan), plan.Create(_services)))];
        _outputs = [.. options.Outputs.Select(setup => new RunningOutput(setup, OutputSettings(configuration, setup), setup.Create(_context)))];
        _criticals = options.Status.Listen is null ? null : new RecentCriticals(time);
        _fan = new OutputFan(Consumers(_outputs));
        _pipeline = new RecordPipeline(options.Pipeline, _ledger, _classifier, () => new Judge(_lawbook, _verdicts), _fan, time);
        _health = new Health(() => Receivers, _pipeline, _classifier, () => Outputs.Select(o => ComponentHealth.Of("output:" + o.Name, o.Problem)));
        _reloadMetrics = RegisterMetrics();
        _http = options.Http.Listen is { } listen ? new HttpEndpoints(listen, new MetricsPage(_registry), _health) : null;
        _status = options.Status.Listen is { } door
            ? new StatusEndpoints(door, Report, () => EffectiveConfiguration.Write(_configuration.Settings), _criticals!, reloads, _classifier)
            : null;
    }

    /// <summary>All instruments of the metrics page.</summary>
    public CollectorRegistry Metrics => _registry;

    CollectorOptions Options => _configuration.Options!;

    IReadOnlyList<IReceiver> Receivers => [.. _receivers.Select(r => r.Part)];

    IReadOnlyList<OutputQueue> Outputs => [.. _outputs.Select(o => o.Part)];

    /// <summary>Opens outputs, loads what is needed, opens the doors last.</summary>
    /// <exception cref="OutputStartException">An output cannot work as configured.</exception>
    /// <exception cref="ReceiverStartException">A door cannot be opened.</exception>
    /// <exception cref="HttpStartException">The metrics port cannot be had.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (OutputQueue output in Outputs)
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

        foreach (IReceiver receiver in Receivers)
        {
            await OpenAsync(receiver, cancellationToken).ConfigureAwait(false);
        }

        await StartStatusAsync(cancellationToken).ConfigureAwait(false);
        _health.MarkStarted();
        string model = _classifier.Problem is { } problem ? "none: " + problem : _classifier.ModelName;
        LogReady(model, BuildFacts.Simd);
    }

    /// <summary>Closes the doors, works off what was taken in, and says where every record went. Returns within the grace period and a second.</summary>
    public async Task StopAsync()
    {
        using CancellationTokenSource grace = new(Options.ShutdownGrace);
        using CancellationTokenRegistration hurry = grace.Token.Register(() => StopWaiting(_outputs));
        _health.MarkStopping();
        LogStopping(Options.ShutdownGrace.TotalSeconds);
        await Task.WhenAll(Receivers.Select(r => r.StopAsync(grace.Token))).ConfigureAwait(false);
        await _pipeline.StopAsync(grace.Token).ConfigureAwait(false);
        await Task.WhenAll(Outputs.Select(o => o.StopAsync(grace.Token))).ConfigureAwait(false);
        await _classifier.StopAsync(CancellationToken.None).ConfigureAwait(false);
        string dropped = string.Join(", ", _ledger.Dropped.Select(
            d => string.Create(CultureInfo.InvariantCulture, $"{d.Value} {d.Key.Reason} at {d.Key.Stage}")));
        if (dropped.Length > 0)
        {
            LogDropped(dropped);
        }

        LogStopped(_ledger.Received, _ledger.Delivered, _ledger.DroppedTotal, _ledger.Queued);
    }

    /// <summary>See <see cref="RecordPipeline.IsProgressing"/>.</summary>
    public bool IsProgressing() => _pipeline.IsProgressing();

    /// <summary>Lets outputs open their files anew, after somebody moved them away.</summary>
    public Task ReopenAsync(CancellationToken cancellationToken) => Task.WhenAll(Outputs.Select(o => o.ReopenAsync(cancellationToken)));

    public async ValueTask DisposeAsync()
    {
        foreach (IReceiver receiver in Receivers)
        {
            await receiver.DisposeAsync().ConfigureAwait(false);
        }

        if (_http is not null)
        {
            await _http.DisposeAsync().ConfigureAwait(false);
        }

        if (_status is not null)
        {
            await _status.DisposeAsync().ConfigureAwait(false);
        }

        foreach (OutputQueue output in Outputs)
        {
            await output.DisposeAsync().ConfigureAwait(false);
        }

        if (_deadLetters is not null)
        {
            await _deadLetters.DisposeAsync().ConfigureAwait(false);
        }

        if (_lawbook.Current.Samples is { } samples)
        {
            await samples.DisposeAsync().ConfigureAwait(false);
        }

        await _evidence.Words!.DisposeAsync().ConfigureAwait(false);
        _criticals?.Dispose();
        _pipeline.Dispose();
        await _classifier.DisposeAsync().ConfigureAwait(false);
    }

    static SettingGroup ReceiverSettings(LoadedConfiguration configuration, ReceiverPlan plan) => configuration.Settings.Section("receivers").Section(plan.Name);

    static void StopWaiting(IEnumerable<RunningOutput> outputs)
    {
        foreach (RunningOutput output in outputs)
        {
            output.Part.StopWaiting();
        }
    }

    static SettingGroup OutputSettings(LoadedConfiguration configuration, OutputSetup setup) => configuration.Settings.Section("outputs").Section(setup.Name);

    // What alerts show is noted before they hear of a record, and costs nothing where nobody shows it. The page's own share comes last: it never waits.
    List<IBatchConsumer> Consumers(IEnumerable<RunningOutput> outputs)
    {
        OutputQueue[] queues = [.. outputs.Select(o => o.Part)];
        OutputQueue[] alerts = [.. queues.Where(q => q.LinesBefore > 0)];
        _evidence.Lines!.Watch(alerts.Select(a => a.When));
        List<IBatchConsumer> consumers = [.. queues];
        if (alerts.Length > 0)
        {
            consumers.Insert(0, _evidence.Lines);
        }

        if (_criticals is not null)
        {
            consumers.Add(_criticals);
        }

        return consumers;
    }

    Law LawOf(CollectorOptions options) => new(options.Classifier.Policy, new RuleSet(options.Rules))
    {
        Samples = options.Classifier.Samples is { } samples ? new UnsureSamples(samples, _logger, _time) : null,
    };

    async Task StartStatusAsync(CancellationToken cancellationToken)
    {
        if (_status is null)
        {
            return;
        }

        try
        {
            await _status.StartAsync(cancellationToken).ConfigureAwait(false);
            string door = "status " + _status.Listening;
            LogListening(door);
        }
        catch (HttpStartException e) when (!Options.Status.IsWanted)
        {
            LogNoStatus(e.Message);
        }
    }

    async Task OpenAsync(IReceiver receiver, CancellationToken cancellationToken)
    {
        await receiver.StartAsync(_pipeline.Sink, cancellationToken).ConfigureAwait(false);
        foreach (string door in receiver.Listening.Select(l => $"{receiver.Name} {l}"))
        {
            LogListening(door);
        }
    }

    ReloadMetrics RegisterMetrics()
    {
        MetricFactory metrics = Prometheus.Metrics.WithCustomRegistry(_registry);
        LogMetrics.Register(metrics, _registry, _verdicts);
        LedgerMetrics.Register(metrics, _registry, _ledger, _pipeline);
        ReceiverMetrics.Register(metrics, _registry, () => Receivers, _time);
        ClassifierMetrics.Register(metrics, _registry, _classifier);
        OutputMetrics.Register(metrics, _registry, () => Outputs);
        AlertMetrics.Register(metrics, _registry, () => Outputs);
        BuildMetrics.Register(metrics, _registry, _classifier);
        return new ReloadMetrics(metrics, _time);
    }
}
