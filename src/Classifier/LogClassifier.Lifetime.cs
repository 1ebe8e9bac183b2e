using System.Runtime.CompilerServices;
using Classifier.Caching;
using Classifier.Inference;
using Classifier.Models;
using Microsoft.Extensions.Logging;
using Counter = Classifier.Inference.InferenceStatistics.Counter;

namespace Classifier;

public sealed partial class LogClassifier
{
    // Templates know to the minute when they came last.
    static readonly TimeSpan ClockPeriod = TimeSpan.FromSeconds(20);

    readonly TimeProvider _time;
    readonly ILogger _logger;
    readonly Lock _lifetimeLock = new();
    readonly CancellationTokenSource _stopping = new();
    ClassifierOptions _options;
    ITimer? _clock;
    Task _saving = Task.CompletedTask;
    bool _isStarted;
    bool _isStopped;

    // The cache's state when it was last saved or loaded.
    long _savedWrites;

    LogClassifier(ClassifierOptions options, TimeProvider time, ILogger logger)
    {
        _options = options;
        _time = time;
        _logger = logger;
    }

    /// <summary>Null while the model answers; else why it does not (<c>models/severity.onnx: not found</c>), for health and the start message.</summary>
    public string? Problem { get; private set; }

    /// <summary>Name of the model in records, such as <c>severity-1</c>; empty when none is loaded.</summary>
    public string ModelName => Volatile.Read(ref _engine)?.Model.Card.Name ?? "";

    /// <summary>SHA-256 of the model's ONNX file, lower-case hex; empty when none is loaded.</summary>
    public string ModelHash => Volatile.Read(ref _engine)?.Model.ModelHash ?? "";

    /// <summary>Probability of critical from which a verdict is critical; 0 when no model is loaded.</summary>
    public float CriticalThreshold => Volatile.Read(ref _engine)?.Threshold ?? 0;

    /// <summary>Counters and sizes, for metrics. Takes microseconds.</summary>
    public ClassifierStatistics Statistics
    {
        get
        {
            ModelEngine? engine = Volatile.Read(ref _engine);
            long hits = _statistics.Sum(Counter.Hit);
            return new ClassifierStatistics
            {
                ModelVerdicts = hits + _statistics.Sum(Counter.ModelVerdict),
                FallbackVerdicts = _statistics.Sum(Counter.FallbackVerdict),
                CacheHits = hits,
                CacheMisses = _statistics.Sum(Counter.Miss),
                CacheEvictions = engine?.Cache.Evictions ?? 0,
                Templates = engine?.Cache.Count ?? 0,
                CacheBytes = engine?.Cache.Bytes ?? 0,
                PendingTemplates = engine?.Queue.Count ?? 0,
                TurnedAwayTexts = _statistics.Sum(Counter.TurnedAway),
                InferenceFailures = _statistics.Sum(Counter.Failure),
                InferenceSeconds = _statistics.Duration.TotalSeconds,
                InferenceBucketBounds = InferenceStatistics.BucketBounds,
                InferenceBuckets = _statistics.Buckets,
            };
        }
    }

    /// <summary>Makes a classifier and loads its model: some 60 ms. Never throws for a model that is missing or wrong; then <see cref="Problem"/> says why, and
    /// every verdict is the fallback.</summary>
    /// <param name="options">Not to be changed afterwards.</param>
    /// <param name="logger">For a handful of messages in the life of the process.</param>
    /// <param name="time">Default: the system's.</param>
    public static LogClassifier Create(ClassifierOptions options, ILogger logger, TimeProvider? time = null)
    {
        LogClassifier classifier = new(options, time ?? TimeProvider.System, logger);
        classifier._engine = classifier.TryMakeEngine(options, out string problem);
        if (classifier._engine is null)
        {
            classifier.Problem = problem;
            classifier.LogDegraded(problem);
        }

        return classifier;
    }

    /// <summary>Loads the saved cache and starts the inference threads. Not needed for <see cref="ClassifyNow"/>.</summary>
    /// <param name="cancellationToken">Not used once the threads run.</param>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lifetimeLock)
        {
            if (!_isStarted && !_isStopped)
            {
                _isStarted = true;
                if (_engine is { } engine)
                {
                    LoadCache(engine);
                    engine.Start(ThreadCount(_options));
                }

                _clock = _time.CreateTimer(_ => TellTime(), null, ClockPeriod, ClockPeriod);
                _saving = SaveRegularlyAsync();
            }
        }

        return Task.CompletedTask;
    }

    /// <summary>Tells everyone who waits the fallback verdict, ends the threads and saves the cache. Safe twice or without a start.</summary>
    /// <param name="cancellationToken">Not used: a run takes milliseconds and a save less than a second.</param>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        lock (_lifetimeLock)
        {
            if (_isStopped)
            {
                return;
            }

            _isStopped = true;
        }

        await _stopping.CancelAsync();
        await _saving;
        _engine?.Stop();
        SaveCache(isLast: true);
        if (_clock is not null)
        {
            await _clock.DisposeAsync();
        }

        _stopping.Dispose();
    }

    /// <summary>Takes other settings, and another model if they name one: it loads and passes its self-test beside the one in charge, then takes over.</summary>
    /// <param name="options">As for <see cref="Create"/>. The queue's and the cache's bounds count from now on, too.</param>
    /// <param name="problem">Why all stays as it was; empty when it does not.</param>
    /// <returns>False when the new model cannot be loaded.</returns>
    /// <remarks>The cache of another model is dropped. Records that wait at this moment get the fallback verdict.</remarks>
    public bool TryReload(ClassifierOptions options, out string problem)
    {
        lock (_lifetimeLock)
        {
            problem = "the classifier has stopped";
            if (_isStopped || TryMakeEngine(options, out problem) is not { } engine)
            {
                return false;
            }

            ModelEngine? old = _engine;
            if (old is not null && old.Model.Identity == engine.Model.Identity)
            {
                engine.TakeOver(old);
            }

            _options = options;
            if (_isStarted)
            {
                engine.Start(ThreadCount(options));
            }

            Problem = null;
            Volatile.Write(ref _engine, engine);
            old?.Stop();
            return true;
        }
    }

    /// <summary><see cref="StopAsync"/>.</summary>
    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None);

    static int ThreadCount(ClassifierOptions options) =>
        options.InferenceThreads > 0 ? options.InferenceThreads : Environment.ProcessorCount > 2 ? Environment.ProcessorCount - 1 : Environment.ProcessorCount;

    ModelEngine? TryMakeEngine(ClassifierOptions options, out string problem)
    {
        long start = _time.GetTimestamp();
        Model? model = TryLoadModel(options, out problem);
        Model.TrimMemory();
        if (model is null)
        {
            return null;
        }

        LogModelLoaded(model.Card.Name, model.Origin, model.ModelHash, (long)_time.GetElapsedTime(start).TotalMilliseconds);
        ModelEngine engine = new(model, options, _statistics, _time, _logger);
        engine.Cache.Minutes = Tally.MinutesAt(_time.GetUtcNow());
        return engine;
    }

    // Not inlined: the files must be garbage by the time the memory is trimmed.
    [MethodImpl(MethodImplOptions.NoInlining)]
    static Model? TryLoadModel(ClassifierOptions options, out string problem)
    {
        string? nativeProblem = null;
        string filesProblem = "";
        ModelFiles? files = null;

        // Side by side: 40 ms to bring in the native library, 20 ms to read the files.
        Parallel.Invoke(
            () => nativeProblem = NativeRuntime.EnsureLoaded(options.StateFolder),
            () => files = options.ModelFolder is null ? ModelFiles.TryReadBuiltIn(out filesProblem) : ModelFiles.TryRead(options.ModelFolder, out filesProblem));
        problem = files is null ? filesProblem : nativeProblem ?? "";
        return problem.Length > 0 ? null : Model.TryLoad(files!, out problem);
    }

    void LoadCache(ModelEngine engine)
    {
        if (_options.StateFolder is { } folder)
        {
            int count = TemplateCacheFile.Load(folder, engine.Cache, engine.Examples, engine.Model.Identity, out string problem);
            if (problem.Length > 0)
            {
                LogCacheNotLoaded(problem);
            }
            else if (count > 0)
            {
                LogCacheLoaded(count);
            }

            _savedWrites = engine.Cache.Writes;
        }
    }

    async Task SaveRegularlyAsync()
    {
        using PeriodicTimer timer = new(TimeSpan.FromSeconds(_options.SaveIntervalSeconds), _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                SaveCache(isLast: false);
            }
        }
        catch (OperationCanceledException)
        {
            // Stop saves once more.
        }
    }

    void TellTime() => Volatile.Read(ref _engine)?.Cache.Minutes = Tally.MinutesAt(_time.GetUtcNow());

    void SaveCache(bool isLast)
    {
        if (_options.StateFolder is not { } folder || Volatile.Read(ref _engine) is not { } engine || !_isStarted)
        {
            return;
        }

        long writes = engine.Cache.Writes;
        if (writes != _savedWrites || (isLast && _statistics.Sum(Counter.Hit) > 0))
        {
            try
            {
                int count = TemplateCacheFile.Save(folder, engine.Cache, engine.Examples, engine.Model.Identity);
                _savedWrites = writes;
                LogCacheSaved(count);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                LogCacheNotSaved(folder, e.Message);
            }
        }
    }
}
