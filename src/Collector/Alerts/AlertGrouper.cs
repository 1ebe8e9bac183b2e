using System.Globalization;
using System.IO.Hashing;
using Classifier;
using Collector.Pipeline;
using Receivers;

namespace Collector.Alerts;

/// <summary>Decides which records become a message: one for each template on a host and window, folded when there are many, capped for the channel.</summary>
/// <remarks>
/// Nothing here grows without bound: groups beyond <see cref="AlertOptions.GroupsMax"/> are counted only. Observing a record of a known group
/// allocates nothing. Times are of the wall clock, since groups outlive the process; a clock that steps back ends waits early and never late.
/// Used under the lock of its owner.
/// </remarks>
sealed class AlertGrouper(AlertOptions options, bool groupsItself, bool tellsRecovery, AlertStatistics statistics, AlertEvidence? evidence = null)
{
    const int LineBytesMax = 1000;
    const int NameBytesMax = 255;

    // More alerts than this at a time are a storm.
    const int FoldAbove = 3;
    const int NamedMax = 5;

    // A far side that groups by itself is reminded as often as Prometheus reminds it.
    static readonly TimeSpan RemindEvery = TimeSpan.FromMinutes(1);
    static readonly TimeSpan ExpireEvery = TimeSpan.FromSeconds(1);

    // Nothing happens by itself while nothing goes on.
    static readonly TimeSpan IdleWait = TimeSpan.FromHours(1);

    readonly Dictionary<ulong, AlertGroup> _groups = [];
    readonly List<AlertGroup> _due = [];
    readonly List<AlertGroup> _quiet = [];

    // Quiet, and in a message that is not answered yet.
    readonly List<AlertGroup> _leaving = [];
    readonly MessageBudget _budget = new(options.MessagesMax, options.MessagesWindow);
    IReadOnlyList<AlertGroup> _sending = [];
    DateTimeOffset _lastMessage = DateTimeOffset.MinValue;
    DateTimeOffset _lastReminder = DateTimeOffset.MinValue;
    DateTimeOffset _lastExpiry = DateTimeOffset.MinValue;

    // Groups that may go one after the other, since they gathered long enough.
    int _cleared;

    // Messages in a row, each sent before the wait after the last one was over.
    int _inARow;
    long _suppressed;
    long _beyond;

    /// <summary>What goes on.</summary>
    public IReadOnlyCollection<AlertGroup> Groups => _groups.Values;

    /// <summary>For the state file: what goes on, and what is over but not told yet.</summary>
    public IEnumerable<AlertGroup> Unfinished => [.. _groups.Values, .. _quiet, .. _leaving];

    /// <summary>Set with every change that the state file should show.</summary>
    public bool IsChanged { get; set; }

    bool HasDue => _due.Count > 0 || _beyond > 0;

    /// <summary>Takes groups over from an earlier run; those that were not told yet are told.</summary>
    public void Restore(IEnumerable<AlertGroup> groups)
    {
        foreach (AlertGroup group in groups)
        {
            if (_groups.Count < AlertOptions.GroupsMax && _groups.TryAdd(group.Key, group) && group.IsPending)
            {
                _due.Add(group);
            }
        }
    }

    /// <summary>Counts one record.</summary>
    /// <returns>True when there is something new to tell.</returns>
    public bool Observe(ClassifiedBatch batch, int index, DateTimeOffset now)
    {
        ref readonly LogRecord record = ref batch.Records[index];
        ref readonly Verdict verdict = ref batch.Verdicts[index];
        Span<byte> peer = stackalloc byte[64];
        ReadOnlySpan<byte> host = HostOf(batch, record, peer);
        ulong key = KeyOf(host, verdict.TemplateId);
        if (!_groups.TryGetValue(key, out AlertGroup? group))
        {
            if (_groups.Count >= AlertOptions.GroupsMax)
            {
                Suppress(1);
                return _beyond++ == 0;
            }

            group = Create(key, host, batch, record, verdict, now);
            _groups.Add(key, group);
            if (verdict.Source == VerdictSource.Model)
            {
                evidence?.Words?.Ask(verdict.TemplateId, batch[record.AppName], batch[record.Body], record.SeverityNumber);
            }
        }

        group.Count++;
        group.Recent.Add(now);
        group.LastSeen = now;
        if (group.IsPending || (group.NotifiedAt is { } told && (groupsItself || Elapsed(told, now) < options.RepeatAfter)))
        {
            if (group.Count > 1)
            {
                Suppress(1);
            }

            return false;
        }

        group.IsPending = true;
        group.Before = LinesBefore(key);
        IsChanged = true;
        _due.Add(group);
        return true;
    }

    /// <summary>The next message, when one may be sent now.</summary>
    /// <param name="now">The time.</param>
    /// <param name="isLast">Before a stop: nothing gathers any more, and what is due goes now.</param>
    /// <param name="wait">When it is null: how long nothing will change by itself.</param>
    /// <returns>A message that <see cref="Conclude"/> has to end before the next one is asked for.</returns>
    public AlertNotice? Next(DateTimeOffset now, bool isLast, out TimeSpan wait)
    {
        Expire(now);
        wait = _groups.Count == 0 ? IdleWait : ExpireEvery;
        if (groupsItself)
        {
            return NextForGrouping(now);
        }

        if (!HasDue)
        {
            _cleared = 0;
        }

        TimeSpan gathered = Elapsed(_lastMessage, now);
        if (gathered >= options.GroupWait)
        {
            _inARow = 0;
        }
        else if (_cleared == 0 && !isLast && _inARow >= FoldAbove)
        {
            wait = options.GroupWait - gathered;
            return null;
        }

        if (!HasDue)
        {
            // Good news must not use up what bad news needs: meanwhile it gathers.
            return _quiet.Count > 0 && _budget.TryTake(now, options.MessagesMax / 2, out wait) ? Recovered(now) : null;
        }

        if (!_budget.TryTake(now, 0, out TimeSpan budgetWait))
        {
            _cleared = 0;
            wait = budgetWait;
            return null;
        }

        if (_cleared == 0)
        {
            if (_due.Count + (_beyond > 0 ? 1 : 0) > FoldAbove || _due.Count == 0)
            {
                return Storm(now);
            }

            _cleared = _due.Count;
        }

        _cleared--;
        AlertGroup group = _due[0];
        _due.RemoveAt(0);
        return Firing([group], now);
    }

    /// <summary>Ends the message that <see cref="Next"/> gave: it was delivered, or given up.</summary>
    public void Conclude(DateTimeOffset now)
    {
        foreach (AlertGroup group in _sending)
        {
            group.IsPending = false;
            group.NotifiedAt = now;
        }

        _sending = [];
        _leaving.Clear();
        _inARow++;
        _lastMessage = now;
        IsChanged = true;
    }

    /// <summary>The host that a record names, or its peer's address.</summary>
    /// <param name="batch">Of the record.</param>
    /// <param name="record">The record.</param>
    /// <param name="peer">Scratch of 64 bytes.</param>
    public static ReadOnlySpan<byte> HostOf(ClassifiedBatch batch, in LogRecord record, Span<byte> peer) =>
        record.Hostname.IsEmpty ? peer[..batch.Sources[record.Source].Peer.Write(peer, withPort: false)] : batch[record.Hostname];

    /// <summary>Key of a group.</summary>
    public static ulong KeyOf(ReadOnlySpan<byte> host, ulong template) => XxHash3.HashToUInt64(host, (long)template);

    IReadOnlyList<string> LinesBefore(ulong key)
    {
        if (options.LinesBefore == 0 || evidence?.Lines is not { } lines)
        {
            return [];
        }

        IReadOnlyList<string> before = lines.Before(key);
        return before.Count <= options.LinesBefore ? before : [.. before.Skip(before.Count - options.LinesBefore)];
    }

    static TimeSpan Elapsed(DateTimeOffset since, DateTimeOffset now) => now < since ? TimeSpan.MaxValue : now - since;

    static AlertGroup Create(ulong key, ReadOnlySpan<byte> host, ClassifiedBatch batch, in LogRecord record, in Verdict verdict, DateTimeOffset now) => new()
    {
        Key = key,
        Template = verdict.TemplateId,
        Host = AlertText.Clean(host, NameBytesMax),
        App = AlertText.Clean(batch[record.AppName], NameBytesMax),
        Line = AlertText.Clean(batch[record.Body], LineBytesMax),
        Severity = verdict.Severity,
        Category = verdict.Category,
        Source = verdict.Source,
        Confidence = verdict.Confidence,
        Declared = record.SeverityNumber,
        FirstSeen = now,
    };

    void Suppress(long records)
    {
        _suppressed += records;
        statistics.Suppress(records);
    }

    void Expire(DateTimeOffset now)
    {
        if (Elapsed(_lastExpiry, now) < ExpireEvery)
        {
            return;
        }

        _lastExpiry = now;
        foreach (AlertGroup group in _groups.Values)
        {
            if (!group.IsPending && Elapsed(group.LastSeen, now) >= options.QuietAfter)
            {
                // Removing is allowed while a dictionary is walked.
                _groups.Remove(group.Key);
                IsChanged = true;
                group.EndsStorm = group.Storm != 0 && !_groups.Values.Any(g => g.Storm == group.Storm);
                if (tellsRecovery && (group.HadMessage || group.EndsStorm))
                {
                    _quiet.Add(group);
                }
            }
        }

        if (_quiet.Count > AlertOptions.GroupsMax)
        {
            // Nobody can be told any more; the far side forgets them by itself.
            _quiet.RemoveRange(0, _quiet.Count - AlertOptions.GroupsMax);
        }
    }

    AlertNotice? NextForGrouping(DateTimeOffset now)
    {
        if (_quiet.Count > 0)
        {
            return Recovered(now);
        }

        // Its own clock: news in between must not put off the reminder of what goes on.
        bool reminds = _groups.Count > 0 && Elapsed(_lastReminder, now) >= RemindEvery;
        if (_due.Count == 0 && !reminds)
        {
            _beyond = 0;
            return null;
        }

        List<AlertGroup> all = reminds ? [.. _groups.Values] : [.. _due];
        _lastReminder = reminds ? now : _lastReminder;
        _due.Clear();
        _beyond = 0;
        return Firing(all, now);
    }

    AlertNotice Firing(List<AlertGroup> groups, DateTimeOffset now)
    {
        groups.ForEach(g => g.HadMessage = true);
        return Make(AlertNoticeKind.Firing, groups, groups.Count, groups.Sum(g => g.Count), groups, now);
    }

    AlertNotice Storm(DateTimeOffset now)
    {
        List<AlertGroup> all = [.. _due];
        _due.Clear();
        // What follows a storm gathers.
        _inARow = FoldAbove;
        // One record of it counts as told, by this message.
        Suppress(Math.Max(0, all.Count - 1));
        IEnumerable<AlertGroup> largest = all.OrderByDescending(g => g.Severity).ThenByDescending(g => g.Count).Take(NamedMax);
        ulong storm = StormOf(all);
        AlertNotice notice = Make(AlertNoticeKind.Storm, largest, all.Count, all.Sum(g => g.Count) + _beyond, all, now) with { Storm = Hex(storm) };
        _beyond = 0;
        return notice;
    }

    /// <summary>The storm that one of these is in already, or a new one; then all are in it. Without any it is that of all that goes on.</summary>
    ulong StormOf(List<AlertGroup> folded)
    {
        List<AlertGroup> members = folded.Count > 0 ? folded : [.. _groups.Values];
        ulong storm = members.Find(g => g.Storm != 0)?.Storm ?? members.MaxBy(g => g.Count)?.Key ?? 0;
        foreach (AlertGroup group in members.Where(g => g.Storm == 0))
        {
            group.Storm = storm;
        }

        return storm;
    }

    static string Hex(ulong id) => id.ToString("x16", CultureInfo.InvariantCulture);

    AlertNotice Recovered(DateTimeOffset now)
    {
        List<AlertGroup> told = [.. _quiet.Where(g => g.HadMessage)];
        string[] storms = [.. _quiet.Where(g => g.EndsStorm).Select(g => Hex(g.Storm))];
        _leaving.AddRange(_quiet);
        _quiet.Clear();
        return Make(AlertNoticeKind.Recovered, told, told.Count, told.Sum(g => g.Count), [], now) with { EndedStorms = storms };
    }

    AlertNotice Make(AlertNoticeKind kind, IEnumerable<AlertGroup> named, int groups, long records, IReadOnlyList<AlertGroup> sending, DateTimeOffset now)
    {
        _sending = sending;
        AlertNotice notice = new()
        {
            Kind = kind,
            Alerts = [.. named.Select(g => g.ToAlert(now))],
            Groups = groups,
            Records = records,
            Suppressed = _suppressed,
            Time = now,
        };
        _suppressed = 0;
        return notice;
    }
}
