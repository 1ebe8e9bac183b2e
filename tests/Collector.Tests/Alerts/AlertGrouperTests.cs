using Classifier;
using Collector.Alerts;
using Collector.Pipeline;
using Collector.Tests.Shared;

namespace Collector.Tests.Alerts;

public sealed class AlertGrouperTests
{
    static readonly AlertOptions Options = new() { GroupWait = TimeSpan.FromSeconds(5), MessagesMax = 3, MessagesWindow = TimeSpan.FromMinutes(3) };

    readonly AlertStatistics _statistics = new();
    DateTimeOffset _now = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);
    long _observed;

    [Fact]
    public void Next_FirstRecord_IsToldAtOnceAndARepeatIsNot()
    {
        AlertGrouper grouper = New();
        Assert.True(Observe(grouper, 1));
        AlertNotice first = Send(grouper)!;
        Assert.Equal((AlertNoticeKind.Firing, "web1", 1L), (first.Kind, first.Alerts[0].Host, first.Alerts[0].Count));
        for (int i = 0; i < 50; i++)
        {
            Assert.False(Observe(grouper, 1));
            Assert.Null(Send(grouper));
            _now += TimeSpan.FromMinutes(1);
        }

        Assert.Equal(50, _statistics.Suppressed);
        _now += TimeSpan.FromMinutes(9);
        Observe(grouper, 1);
        _now += TimeSpan.FromMinutes(9);
        Assert.True(Observe(grouper, 1), "the window is over");
        AlertNotice again = Send(grouper)!;
        Assert.Equal((53L, 51L), (again.Alerts[0].Count, again.Suppressed));
    }

    [Fact]
    public void Next_SameTemplateOnAnotherHost_IsAnAlertOfItsOwn()
    {
        AlertGrouper grouper = New();
        Observe(grouper, 1, "web1");
        Observe(grouper, 1, "web2");
        Assert.Equal("web1", Send(grouper)!.Alerts[0].Host);
        Assert.Equal("web2", Send(grouper)!.Alerts[0].Host);
        Observe(grouper, 1, "web3");
        Assert.Equal("web3", Send(grouper)!.Alerts[0].Host);
    }

    [Fact]
    public void Next_AfterThreeInARow_Gathers()
    {
        AlertGrouper grouper = New(new AlertOptions { GroupWait = TimeSpan.FromSeconds(5) });
        for (ulong template = 1; template <= 3; template++)
        {
            Observe(grouper, template);
            Assert.NotNull(Send(grouper));
        }

        Observe(grouper, 4);
        Assert.Null(Send(grouper));
        _now += TimeSpan.FromSeconds(5);
        Assert.NotNull(Send(grouper));
    }

    [Fact]
    public void Next_ManyAtATime_AreOneMessageThatNamesTheLargest()
    {
        AlertGrouper grouper = New();
        Observe(grouper, 1);
        Send(grouper);
        for (ulong template = 2; template < 102; template++)
        {
            for (ulong i = 0; i < template; i++)
            {
                Observe(grouper, template);
            }
        }

        AlertNotice storm = Send(grouper)!;
        Assert.Equal((AlertNoticeKind.Storm, 100, 5150L), (storm.Kind, storm.Groups, storm.Records));
        Assert.Equal([101, 100, 99, 98, 97], storm.Alerts.Select(a => a.Count));
        Assert.Equal(5149, storm.Suppressed);
        Observe(grouper, 1000);
        Assert.Null(Send(grouper));
    }

    [Fact]
    public void Next_AboveTheCap_WaitsAndFolds()
    {
        AlertGrouper grouper = New();
        int sent = 0;
        for (ulong minute = 0; minute < 600; minute++)
        {
            Observe(grouper, minute + 1);
            sent += Send(grouper) is null ? 0 : 1;
            _now += TimeSpan.FromSeconds(1);
        }

        // Three at once and one for each minute that has passed.
        Assert.InRange(sent, 3, 13);
        Assert.Equal(_observed, sent + _statistics.Suppressed + Pending(grouper));
    }

    [Fact]
    public void Observe_BeyondTheGroups_CountsAndTellsIt()
    {
        AlertGrouper grouper = New();
        for (ulong template = 1; template <= 1500; template++)
        {
            Observe(grouper, template);
        }

        Assert.Equal(AlertOptions.GroupsMax, grouper.Groups.Count);
        AlertNotice storm = Send(grouper)!;
        Assert.Equal((1000, 1500L, 1499L), (storm.Groups, storm.Records, storm.Suppressed));
        _now += Options.GroupWait;
        Observe(grouper, 2000);
        AlertNotice next = Send(grouper)!;
        Assert.Equal((0, 1L), (next.Groups, next.Records));
    }

    [Fact]
    public void Observe_KnownGroup_AllocatesNothing()
    {
        AlertGrouper grouper = New();
        ClassifiedBatch batch = Batch(1, "web1");
        grouper.Observe(batch, 0, _now);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            grouper.Observe(batch, 0, _now);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Next_Quiet_TellsRecoveryWhereItCanBeTold()
    {
        AlertGrouper told = new(Options, groupsItself: false, tellsRecovery: true, _statistics);
        AlertGrouper untold = New();
        foreach (AlertGrouper grouper in new[] { told, untold })
        {
            Observe(grouper, 1);
            Send(grouper);
        }

        _now += Options.QuietAfter;
        AlertNotice recovered = Send(told)!;
        Assert.Equal((AlertNoticeKind.Recovered, 1), (recovered.Kind, recovered.Alerts.Count));
        Assert.Null(Send(untold));
        Assert.Empty(untold.Groups);
        Assert.True(Observe(untold, 1), "what comes back is new");
    }

    [Fact]
    public void Next_QuietAfterAStorm_TellsOfThoseWithAMessageOfTheirOwn()
    {
        AlertGrouper grouper = new(Options, groupsItself: false, tellsRecovery: true, _statistics);
        Observe(grouper, 1);
        Send(grouper);
        for (ulong template = 2; template < 20; template++)
        {
            Observe(grouper, template);
        }

        Assert.Equal(AlertNoticeKind.Storm, Send(grouper)!.Kind);
        _now += Options.QuietAfter;
        AlertNotice recovered = Send(grouper)!;
        Assert.Equal((AlertNoticeKind.Recovered, 1), (recovered.Kind, recovered.Groups));
        Assert.Empty(grouper.Groups);
    }

    [Fact]
    public void Next_StormIsOver_IsToldOnceAllOfItIsQuietAndOverARestart()
    {
        AlertGrouper grouper = New(tellsRecovery: true);
        for (ulong template = 1; template < 10; template++)
        {
            Observe(grouper, template);
        }

        AlertNotice storm = Send(grouper)!;
        Assert.Matches("^[0-9a-f]{16}$", storm.Storm);
        // One of it goes on, and others join.
        _now += Options.QuietAfter / 2;
        Observe(grouper, 9);
        for (ulong template = 10; template < 15; template++)
        {
            Observe(grouper, template);
        }

        AlertNotice second = Send(grouper)!;
        Assert.Equal(AlertNoticeKind.Storm, second.Kind);
        Assert.NotEqual(storm.Storm, second.Storm);
        _now += Options.QuietAfter / 2;
        Assert.Null(Send(grouper));
        _now += Options.QuietAfter / 2;
        AlertNotice over = grouper.Next(_now, isLast: false, out _)!;
        Assert.Equal((AlertNoticeKind.Recovered, 0), (over.Kind, over.Groups));
        Assert.Equal(new[] { storm.Storm, second.Storm }.Order(), over.EndedStorms.Order());

        // Not answered when the process stopped: told by the next.
        AlertGrouper restarted = New(tellsRecovery: true);
        restarted.Restore(grouper.Unfinished);
        Assert.Equal(over.EndedStorms.Order(), Send(restarted)!.EndedStorms.Order());
        Assert.Empty(restarted.Unfinished);
        Assert.Null(Send(restarted));
    }

    [Fact]
    public void Next_RepeatOfAStorm_HasItsName()
    {
        AlertGrouper grouper = New(Options with { RepeatAfter = TimeSpan.FromMinutes(5) }, tellsRecovery: true);
        string first = StormOf(1, 10);
        _now += TimeSpan.FromMinutes(6);
        Assert.Equal(first, StormOf(6, 14));

        string StormOf(ulong from, ulong to)
        {
            for (ulong template = from; template < to; template++)
            {
                Observe(grouper, template);
            }

            return Send(grouper)!.Storm;
        }
    }

    [Fact]
    public void Next_FarSideThatGroups_IsRemindedAndGivenEverything()
    {
        AlertGrouper grouper = new(Options, groupsItself: true, tellsRecovery: true, _statistics);
        for (ulong template = 1; template <= 20; template++)
        {
            Observe(grouper, template);
        }

        Assert.Equal(20, Send(grouper)!.Alerts.Count);
        _now += TimeSpan.FromSeconds(30);
        Assert.Null(Send(grouper));
        _now += TimeSpan.FromSeconds(31);
        AlertNotice reminder = Send(grouper)!;
        Assert.Equal((AlertNoticeKind.Firing, 20), (reminder.Kind, reminder.Alerts.Count));
        _now += Options.QuietAfter;
        Assert.Equal(AlertNoticeKind.Recovered, Send(grouper)!.Kind);
    }

    [Fact]
    public void Next_FarSideThatGroups_NeverWaitsAndNewsPutOffNoReminder()
    {
        AlertGrouper grouper = new(Options, groupsItself: true, tellsRecovery: true, _statistics);
        int reminders = 0;
        for (ulong template = 1; template <= 90; template++)
        {
            Observe(grouper, template);
            AlertNotice notice = Send(grouper)!;
            reminders += template > 1 && notice.Alerts.Count == (int)template ? 1 : 0;
            _now += TimeSpan.FromSeconds(1);
        }

        Assert.Equal(1, reminders);
    }

    [Fact]
    public void Next_ClockStepsBack_DoesNotWaitForIt()
    {
        AlertGrouper grouper = New();
        Observe(grouper, 1);
        Send(grouper);
        _now -= TimeSpan.FromDays(1);
        Observe(grouper, 2);
        Assert.NotNull(Send(grouper));
    }

    [Fact]
    public void Next_Last_GathersNothing()
    {
        AlertGrouper grouper = New();
        Observe(grouper, 1);
        Send(grouper);
        Observe(grouper, 2);
        Assert.NotNull(grouper.Next(_now, isLast: true, out _));
    }

    AlertGrouper New(AlertOptions? options = null, bool tellsRecovery = false) => new(options ?? Options, groupsItself: false, tellsRecovery, _statistics);

    static long Pending(AlertGrouper grouper) => grouper.Groups.Count(g => g.IsPending);

    static ClassifiedBatch Batch(ulong template, string host) => new BatchBuilder()
        .Add("disk failed", host, "kernel", verdict: new Verdict { Severity = Severity.Critical, TemplateId = template })
        .Build(new ClassifiedBatchPool(new Ledger()));

    bool Observe(AlertGrouper grouper, ulong template, string host = "web1")
    {
        _observed++;
        ClassifiedBatch batch = Batch(template, host);
        bool hasNews = grouper.Observe(batch, 0, _now);
        batch.Release();
        return hasNews;
    }

    AlertNotice? Send(AlertGrouper grouper)
    {
        AlertNotice? notice = grouper.Next(_now, isLast: false, out _);
        if (notice is not null)
        {
            grouper.Conclude(_now);
        }

        return notice;
    }
}
