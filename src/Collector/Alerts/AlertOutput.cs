using System.Globalization;
using Classifier;
using Collector.Outputs;
using Collector.Pipeline;

namespace Collector.Alerts;

/// <summary>An alert channel as an output: its queue hands records in, one task sends the messages that the grouper makes of them.</summary>
/// <remarks>A far side that is slow or down holds up neither the queue nor any other channel: meanwhile records are counted into groups.</remarks>
sealed partial class AlertOutput : IOutput, IReportsProblem
{
    // A problem shorter than this is a hiccup.
    static readonly TimeSpan ProblemAfter = TimeSpan.FromSeconds(10);
    static readonly TimeSpan SaveEvery = TimeSpan.FromSeconds(1);

    // For messages that are due when the process stops.
    static readonly TimeSpan StopWait = TimeSpan.FromSeconds(2);

    // Messages that follow each other do not wait longer than this, all together, for the words that carried their verdicts.
    static readonly TimeSpan WordsWait = TimeSpan.FromMilliseconds(300);

    readonly AlertOptions _options;
    readonly IAlertChannel _channel;
    readonly TimeProvider _time;
    readonly ILogger _logger;
    readonly AlertState? _state;
    readonly AlertWords? _words;

    // Both sides, under the lock.
    readonly Lock _lock = new();
    readonly AlertGrouper _grouper;

    // The sending task.
    readonly SemaphoreSlim _work = new(0);
    readonly CancellationTokenSource _stop = new();
    readonly RetryBackoff _backoff = new(TimeSpan.FromMilliseconds(500), TimeSpan.FromMinutes(1));
    readonly MinuteGate _retryGate;
    readonly MinuteGate _saveGate;
    ITimer? _timer;
    Task _sender = Task.CompletedTask;
    AlertNotice? _unsent;
    TimeSpan _wordsLeft = WordsWait;
    int _isDisposed;
    long _savedAt;

    // Written by the task, read by anyone. 0: not retrying.
    long _retryingSince;
    string? _refusal;
    string _lastError = "";

    public AlertOutput(string name, AlertOptions options, IAlertChannel channel, OutputContext context)
    {
        Name = name;
        _options = options;
        _channel = channel;
        _time = context.Time;
        _logger = context.Loggers.CreateLogger("Collector.Alerts." + name);
        _grouper = new AlertGrouper(options, channel.GroupsItself, channel.TellsRecovery, Statistics, context.Evidence);
        _words = context.Evidence?.Words;
        _state = context.StateFolder is { } folder ? new AlertState(folder, name) : null;
        _retryGate = new MinuteGate(context.Time);
        _saveGate = new MinuteGate(context.Time);
    }

    public string Name { get; }

    /// <summary>As in the settings.</summary>
    public int LinesBefore => _options.LinesBefore;

    public AlertStatistics Statistics { get; } = new();

    public string? Problem
    {
        get
        {
            long since = Volatile.Read(ref _retryingSince);
            return since != 0 && _time.GetElapsedTime(since) is { } age && age >= ProblemAfter
                ? string.Create(CultureInfo.InvariantCulture, $"cannot send alerts for {age.TotalSeconds:0} s: {Volatile.Read(ref _lastError)}")
                : Volatile.Read(ref _refusal);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _channel.Start();
        if (_state is not null)
        {
            _grouper.Restore(_state.Load(out string? problem));
            if (problem is not null)
            {
                LogStateUnreadable(Name, problem);
            }
        }

        _savedAt = _time.GetTimestamp();
        _timer = _time.CreateTimer(static output => ((AlertOutput)output!).Wake(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _sender = Task.Run(RunAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    public ValueTask<SendOutcome> SendAsync(ClassifiedBatch batch, ReadOnlyMemory<int> selected, CancellationToken cancellationToken)
    {
        DateTimeOffset now = _time.GetUtcNow();
        bool hasNews = false;
        lock (_lock)
        {
            foreach (int index in selected.Span)
            {
                // A channel that wants every record still tells nobody of the muted ones.
                hasNews |= !batch.Verdicts[index].IsMuted && _grouper.Observe(batch, index, now);
            }
        }

        if (hasNews)
        {
            Wake();
        }

        return ValueTask.FromResult(SendOutcome.Delivered);
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Sends a marked test message once. Needs no start.</summary>
    /// <exception cref="OutputStartException">The channel cannot work as configured.</exception>
    public Task<SendOutcome> TestAsync(CancellationToken cancellationToken)
    {
        _channel.Start();
        return SendOnceAsync(
            new AlertNotice { Kind = AlertNoticeKind.Test, Alerts = [], Groups = 0, Records = 0, Suppressed = 0, Time = _time.GetUtcNow() }, cancellationToken);
    }

    /// <remarks>Safe twice and without a start. What is due is sent first, if that is quick.</remarks>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        Wake();
        await _sender.ConfigureAwait(false);
        if (_timer is not null)
        {
            await _timer.DisposeAsync().ConfigureAwait(false);
        }

        _channel.Dispose();
        _work.Dispose();
        _stop.Dispose();
    }

    void Wake()
    {
        lock (_lock)
        {
            if (_work.CurrentCount == 0)
            {
                _work.Release();
            }
        }
    }

    async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            AlertNotice? notice = Next(isLast: false, out TimeSpan wait);
            SaveIfDue(ref wait);
            if (notice is not null)
            {
                await DeliverAsync(await WithWordsAsync(notice).ConfigureAwait(false)).ConfigureAwait(false);
                continue;
            }

            _wordsLeft = WordsWait;
            _timer!.Change(wait, Timeout.InfiniteTimeSpan);
            await _work.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        }

        await SendLastAsync().ConfigureAwait(false);
        Save();
    }

    AlertNotice? Next(bool isLast, out TimeSpan wait)
    {
        lock (_lock)
        {
            return _grouper.Next(_time.GetUtcNow(), isLast, out wait);
        }
    }

    /// <summary>Adds the words that carried each verdict, as far as they are known soon.</summary>
    async Task<AlertNotice> WithWordsAsync(AlertNotice notice)
    {
        if (_words is null || notice.Alerts.Count == 0)
        {
            return notice;
        }

        Task<IReadOnlyList<ExplainedWord>>[] words = [.. notice.Alerts.Select(a => _words.OfAsync(ulong.Parse(a.Template, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)))];
        Task all = Task.WhenAll(words);
        if (!all.IsCompleted && _wordsLeft > TimeSpan.Zero)
        {
            long startedAt = _time.GetTimestamp();
            await Task.WhenAny(all, Task.Delay(_wordsLeft, _time, _stop.Token)).ConfigureAwait(false);
            _wordsLeft -= _time.GetElapsedTime(startedAt);
        }

        return notice with { Alerts = [.. notice.Alerts.Zip(words, (alert, known) => known.IsCompletedSuccessfully ? alert with { Words = known.Result } : alert)] };
    }

    void Conclude()
    {
        lock (_lock)
        {
            _grouper.Conclude(_time.GetUtcNow());
        }
    }

    /// <summary>Tries until it is delivered, refused or too late. A stop leaves it to the last round, and that to the next start.</summary>
    async Task DeliverAsync(AlertNotice notice)
    {
        long startedAt = _time.GetTimestamp();
        while (true)
        {
            SendOutcome outcome = await SendOnceAsync(notice, _stop.Token).ConfigureAwait(false);
            if (outcome.Kind == SendKind.Delivered)
            {
                NoteDelivered();
                return;
            }

            Volatile.Write(ref _lastError, $"{outcome.Reason}: {OneLine.Of(outcome.Detail)}");
            if (_stop.IsCancellationRequested)
            {
                _unsent = notice;
                return;
            }

            TimeSpan wait = _backoff.Next(outcome.Delay);
            if (outcome.Kind == SendKind.Refused || _time.GetElapsedTime(startedAt) + wait > _options.RetryFor)
            {
                NoteFailed(outcome);
                return;
            }

            NoteRetry(outcome);
            await Task.Delay(wait, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    async Task<SendOutcome> SendOnceAsync(AlertNotice notice, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timeout = new(_options.Timeout, _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            return await _channel.SendAsync(notice, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            return SendOutcome.Retry("timeout", string.Create(CultureInfo.InvariantCulture, $"no answer in {_options.Timeout.TotalSeconds:0.#} s"));
        }
#pragma warning disable CA1031 // Whatever the bug, later alerts must go on; it is counted and health turns red.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogBug(e, Name);
            return SendOutcome.Refused(OutputDropReasons.InternalError, e.Message);
        }
    }

    /// <summary>What is due goes out without more ado, as far as that takes no time.</summary>
    async Task SendLastAsync()
    {
        using CancellationTokenSource deadline = new(StopWait, _time);
        while (!deadline.IsCancellationRequested && (_unsent ?? Next(isLast: true, out _)) is { } notice)
        {
            _unsent = null;
            SendOutcome outcome = await SendOnceAsync(notice, deadline.Token).ConfigureAwait(false);
            if (outcome.Kind != SendKind.Delivered)
            {
                return;
            }

            NoteDelivered();
        }
    }

    void NoteDelivered()
    {
        Conclude();
        Statistics.Send();
        _backoff.Reset();
        Volatile.Write(ref _refusal, null);
        if (Interlocked.Exchange(ref _retryingSince, 0) != 0)
        {
            LogRecovered(Name);
        }
    }

    void NoteRetry(SendOutcome outcome)
    {
        Interlocked.CompareExchange(ref _retryingSince, _time.GetTimestamp(), 0);
        if (_retryGate.TryPass(1, out _))
        {
            LogRetrying(Name, outcome.Reason, OneLine.Of(outcome.Detail));
        }
    }

    void NoteFailed(SendOutcome outcome)
    {
        Conclude();
        Statistics.Fail();
        Volatile.Write(ref _refusal, "gave up an alert: " + Volatile.Read(ref _lastError));
        Volatile.Write(ref _retryingSince, 0);
        LogFailed(Name, outcome.Reason, OneLine.Of(outcome.Detail));
    }

    void SaveIfDue(ref TimeSpan wait)
    {
        if (_state is null || !_grouper.IsChanged)
        {
            return;
        }

        TimeSpan rest = SaveEvery - _time.GetElapsedTime(_savedAt);
        if (rest <= TimeSpan.Zero)
        {
            Save();
        }
        else if (rest < wait)
        {
            wait = rest;
        }
    }

    void Save()
    {
        if (_state is null)
        {
            return;
        }

        AlertGroup[] groups;
        lock (_lock)
        {
            groups = [.. _grouper.Unfinished];
            _grouper.IsChanged = false;
        }

        _savedAt = _time.GetTimestamp();
        try
        {
            _state.Save(groups);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (_saveGate.TryPass(1, out _))
            {
                LogStateNotSaved(Name, e.Message);
            }
        }
    }
}
