using System.Globalization;

namespace Collector.Outputs;

// The one task that sends.
sealed partial class OutputQueue
{
    // A problem shorter than this is a hiccup that retry mends; readiness must not flap with it.
    static readonly TimeSpan ProblemAfter = TimeSpan.FromSeconds(10);

    // While stopping, tries come at least this often: the grace period is short.
    static readonly TimeSpan StoppingDelayMax = TimeSpan.FromSeconds(1);

    // For an output that does not answer to its cancellation.
    static readonly TimeSpan AbortWait = TimeSpan.FromSeconds(2);

    const int SpareMax = 64;

    // Written by the consumer, read by anyone. 0: not retrying.
    long _retryingSince;
    long _sendingSince;
    volatile bool _isRefused;

    // Consumer side.
    bool _hasHurried;

    /// <summary>Null while all is well; else what is wrong, one line, for <c>/readyz</c>.</summary>
    public string? Problem
    {
        get
        {
            long retrying = Volatile.Read(ref _retryingSince);
            if (retrying != 0 && _time.GetElapsedTime(retrying) is { } age && age >= ProblemAfter)
            {
                return string.Create(CultureInfo.InvariantCulture, $"retrying for {age.TotalSeconds:0} s: {Statistics.LastError}");
            }

            long sending = Volatile.Read(ref _sendingSince);
            if (retrying == 0 && sending != 0 && _time.GetElapsedTime(sending) is { } stuck && stuck >= ProblemAfter)
            {
                return string.Create(CultureInfo.InvariantCulture, $"no answer for {stuck.TotalSeconds:0} s");
            }

            if (_spool?.Problem is { } problem)
            {
                return problem;
            }

            return _isRefused ? "refuses records: " + Statistics.LastError : (_output as IReportsProblem)?.Problem;
        }
    }

    /// <summary>Closes the door, sends what waits, and returns when nothing is left or the deadline came: the rest is then dropped and counted.</summary>
    /// <param name="deadline">Cancelled when the grace period ends.</param>
    /// <remarks>Safe twice and without a start.</remarks>
    public async Task StopAsync(CancellationToken deadline)
    {
        lock (_lock)
        {
            _isClosed = true;
            SignalRoom();
            WakeConsumer();
        }

        await _closing.CancelAsync().ConfigureAwait(false);
        try
        {
            await _consumer.WaitAsync(deadline).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await AbortAsync().ConfigureAwait(false);
        }

        await StopSpoolAsync().ConfigureAwait(false);
        lock (_lock)
        {
            while (_waiting.First is { } node)
            {
                DropWaiting(node, OutputDropReasons.Shutdown);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        if (_consumer.IsCompleted)
        {
            await _output.DisposeAsync().ConfigureAwait(false);
            _work.Dispose();
            _spoolWork.Dispose();
            _closing.Dispose();
            _abort.Dispose();
        }
    }

    async Task AbortAsync()
    {
        await _abort.CancelAsync().ConfigureAwait(false);
        try
        {
            await _consumer.WaitAsync(AbortWait, _time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // What it is sending stays in the column "queued": nobody knows whether it got there.
            LogStuck(Name);
        }
    }

    async Task RunAsync()
    {
        bool needsFlush = false;
        while (true)
        {
            if (await TrySendSpooledAsync().ConfigureAwait(false))
            {
                needsFlush = true;
                continue;
            }

            LinkedListNode<QueueEntry>? node = Take(isIdleIfEmpty: !needsFlush, out bool isClosed);
            if (node is not null)
            {
                await SendAsync(node.Value).ConfigureAwait(false);
                Recycle(node);
                needsFlush = true;
            }
            else if (needsFlush)
            {
                await FlushAsync().ConfigureAwait(false);
                needsFlush = false;
            }
            else if (isClosed)
            {
                return;
            }
            else
            {
                await _work.WaitAsync().ConfigureAwait(false);
            }
        }
    }

    LinkedListNode<QueueEntry>? Take(bool isIdleIfEmpty, out bool isClosed)
    {
        lock (_lock)
        {
            isClosed = _isClosed;
            LinkedListNode<QueueEntry>? node = IsBehindSpool(isIdleIfEmpty) ? null : _waiting.First;
            if (node is null)
            {
                _isIdle = isIdleIfEmpty && !isClosed;
                return null;
            }

            _waiting.RemoveFirst();
            _sending = node.Value;
            return node;
        }
    }

    async Task SendAsync(QueueEntry entry)
    {
        long startedAt = _time.GetTimestamp();
        Volatile.Write(ref _sendingSince, startedAt);
        while (!_abort.IsCancellationRequested)
        {
            SendOutcome outcome = await SendOnceAsync(entry).ConfigureAwait(false);
            if (outcome.Kind != SendKind.Retry)
            {
                Conclude(entry, outcome);
                return;
            }

            if (_abort.IsCancellationRequested)
            {
                break;
            }

            if (Volatile.Read(ref _retryingSince) == 0)
            {
                // From the start of the try: one that ends in a time-out has been trouble all along.
                Volatile.Write(ref _retryingSince, startedAt);
            }

            if (!outcome.Left.IsEmpty)
            {
                Narrow(entry, outcome);
            }

            NoteFailure(outcome);
            TimeSpan wait = _backoff.Next(outcome.Delay);
            if (TrySetDown(entry, _time.GetElapsedTime(startedAt) + wait))
            {
                if (!_closing.IsCancellationRequested)
                {
                    await WaitAsync(wait).ConfigureAwait(false);
                }

                return;
            }

            if (_options.GiveUpAfter > TimeSpan.Zero && _time.GetElapsedTime(startedAt) + wait > _options.GiveUpAfter)
            {
                // The back-off stays where it is: the next batch meets the same far side.
                Bury(entry, entry.Count, outcome, entry.Selected.Span);
                CloseDropped(entry, outcome.Reason);
                return;
            }

            await WaitAsync(wait).ConfigureAwait(false);
        }

        if (!TrySetDown(entry, TimeSpan.MaxValue))
        {
            CloseDropped(entry, OutputDropReasons.Shutdown);
        }
    }

    async ValueTask<SendOutcome> SendOnceAsync(QueueEntry entry)
    {
        try
        {
            return await _output.SendAsync(entry.Batch, entry.Selected, _abort.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_abort.IsCancellationRequested)
        {
            return SendOutcome.Retry(OutputDropReasons.Shutdown, "stopped");
        }
#pragma warning disable CA1031 // Whatever the bug, the other batches must go on; the records are counted and health turns red.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogBug(e, Name);
            return SendOutcome.Refused(OutputDropReasons.InternalError, e.Message);
        }
    }

    /// <summary>A part of the records is done: they are counted now and not sent again.</summary>
    void Narrow(QueueEntry entry, SendOutcome outcome)
    {
        int done = entry.Count - outcome.Left.Length;
        int failed = Math.Clamp(outcome.Rejected, 0, done);
        Statistics.Deliver(done - failed);
        if (failed > 0)
        {
            NoteRefused(failed, outcome);
            Statistics.Fail(failed);
            Bury(entry, failed, outcome, outcome.Lost.Span);
        }

        entry.Narrow(outcome.Left.Span, failed);
    }

    void Conclude(QueueEntry entry, SendOutcome outcome)
    {
        int count = entry.Count;
        bool isRefused = outcome.Kind == SendKind.Refused;
        int failed = isRefused ? count : Math.Clamp(outcome.Rejected, 0, count);
        _isRefused = isRefused;
        if (!isRefused)
        {
            _backoff.Reset();
            long retryingSince = Volatile.Read(ref _retryingSince);
            if (retryingSince != 0)
            {
                LogRecovered(Name, (long)_time.GetElapsedTime(retryingSince).TotalSeconds);
            }
        }

        Volatile.Write(ref _retryingSince, 0);
        Statistics.Deliver(count - failed);
        if (failed > 0)
        {
            NoteRefused(failed, outcome);
            Statistics.Fail(failed);
            Bury(entry, failed, outcome, failed == count ? entry.Selected.Span : outcome.Lost.Span);
        }
        else if (outcome.Detail.Length > 0 && _warnedGate.TryPass(1, out _))
        {
            LogWarned(Name, OneLine.Of(outcome.Detail));
        }

        Close(entry, failed, outcome.Reason.Length > 0 ? outcome.Reason : OutputDropReasons.Rejected);
    }

    void CloseDropped(QueueEntry entry, string reason)
    {
        int count = entry.Count;
        Statistics.Drop(count, reason);
        NoteDropped(count, reason);
        Close(entry, count, reason);
    }

    void Close(QueueEntry entry, int lost, string reason)
    {
        Volatile.Write(ref _sendingSince, 0);
        Statistics.AddBytes(-entry.Bytes);
        bool isSpooled = entry.IsSpooled;
        entry.Finish(lost, _stage, reason);
        if (isSpooled)
        {
            _spool!.Done();
        }
    }

    void Recycle(LinkedListNode<QueueEntry> node)
    {
        lock (_lock)
        {
            _sending = null;
            if (_spare.Count < SpareMax)
            {
                _spare.Push(node);
            }

            SignalRoom();
        }
    }

    async Task WaitAsync(TimeSpan wait)
    {
        // A stop ends one wait, the one it finds or the next, for a last quick try; it may come between a try and its wait.
        if (!_closing.IsCancellationRequested)
        {
            await DelayAsync(wait, _closing.Token).ConfigureAwait(false);
            _hasHurried |= _closing.IsCancellationRequested;
        }
        else if (!_hasHurried)
        {
            _hasHurried = true;
        }
        else
        {
            await DelayAsync(wait < StoppingDelayMax ? wait : StoppingDelayMax, _abort.Token).ConfigureAwait(false);
        }
    }

    async Task DelayAsync(TimeSpan wait, CancellationToken token) =>
        await Task.Delay(wait, _time, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    async Task FlushAsync()
    {
        try
        {
            await _output.FlushAsync(_abort.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_abort.IsCancellationRequested)
        {
        }
#pragma warning disable CA1031 // As in SendOnceAsync.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogBug(e, Name);
        }
    }

    // Under the lock.
    void SignalRoom()
    {
        if (_room is { } room)
        {
            _room = null;
            room.SetResult();
        }
    }

    // Under the lock.
    void WakeConsumer()
    {
        if (_isIdle)
        {
            _isIdle = false;
            _work.Release();
        }
    }

    void NoteFailure(SendOutcome outcome)
    {
        Statistics.SetError(Describe(outcome));
        if (_failedGate.TryPass(1, out _))
        {
            LogRetrying(Name, outcome.Reason, OneLine.Of(outcome.Detail));
        }
    }

    void NoteRefused(long records, SendOutcome outcome)
    {
        Statistics.SetError(Describe(outcome));
        if (_failedGate.TryPass(records, out long total))
        {
            LogRefused(Name, total, outcome.Reason, OneLine.Of(outcome.Detail));
        }
    }

    void NoteDropped(long records, string reason)
    {
        if (_droppedGate.TryPass(records, out long total))
        {
            LogDropped(Name, total, reason);
        }
    }

    static string Describe(SendOutcome outcome) =>
        outcome.Detail.Length == 0 ? outcome.Reason : outcome.Reason + ": " + OneLine.Of(outcome.Detail);
}
