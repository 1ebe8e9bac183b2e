using Receivers;

namespace Collector.Alerts;

/// <summary>Settings that every alert channel has.</summary>
sealed record AlertOptions
{
    /// <summary>Groups beyond this are counted and not named: 1,000 are some 2 MB.</summary>
    public const int GroupsMax = 1000;

    public const int LinesBeforeMax = 5;

    /// <summary>A template on a host that goes on is told again after this.</summary>
    /// <value>1 minute to 7 days; default 1 hour.</value>
    public TimeSpan RepeatAfter { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Without a record for this long an alert is over.</summary>
    /// <value>10 seconds to 7 days; default 10 minutes.</value>
    public TimeSpan QuietAfter { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>After three messages in a row or a storm, time in which further alerts gather; the first ones never wait.</summary>
    /// <value>0 to 10 minutes; default 5 s.</value>
    public TimeSpan GroupWait { get; init; } = TimeSpan.FromSeconds(5);

    /// <value>1 to 1,000; default 10.</value>
    public int MessagesMax { get; init; } = 10;

    /// <value>1 second to 1 day; default 10 minutes.</value>
    public TimeSpan MessagesWindow { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long one message is tried.</summary>
    /// <value>1 second to 7 days; default 1 hour.</value>
    public TimeSpan RetryFor { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Of one request.</summary>
    /// <value>1 s to 5 minutes; default 10 s.</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Address of the records, with <c>{host}</c>, <c>{app}</c>, <c>{category}</c> and <c>{template}</c>; empty for none.</summary>
    public string Link { get; init; } = "";

    /// <summary>Lines of the same host and app that are shown before the record; 0 for none.</summary>
    /// <value>0 to 5; default 5: more do not fit a phone.</value>
    public int LinesBefore { get; init; } = LinesBeforeMax;

    public static AlertOptions Read(OptionsReader options)
    {
        AlertOptions defaults = new();
        return new AlertOptions
        {
            RepeatAfter = options.Duration(
                "repeat_after", defaults.RepeatAfter, TimeSpan.FromMinutes(1), TimeSpan.FromDays(7), "When the same template on the same host goes on, the next message about it comes after this."),
            QuietAfter = options.Duration(
                "quiet_after", defaults.QuietAfter, TimeSpan.FromSeconds(10), TimeSpan.FromDays(7), "An alert is over when nothing of it came for so long."),
            GroupWait = options.Duration(
                "group_wait", defaults.GroupWait, TimeSpan.Zero, TimeSpan.FromMinutes(10), "After three messages in a row, time to gather further alerts; more than three become one message. The first ones never wait."),
            MessagesMax = (int)options.Number("messages_max", defaults.MessagesMax, 1, 1000, "Messages in `messages_window`; what comes beyond is told in the next one."),
            MessagesWindow = options.Duration("messages_window", defaults.MessagesWindow, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1), "See `messages_max`."),
            RetryFor = options.Duration("retry_for", defaults.RetryFor, TimeSpan.FromSeconds(1), TimeSpan.FromDays(7), "How long one message is tried again before it counts as failed."),
            Timeout = options.Duration("timeout", defaults.Timeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5), "Longest wait for the answer to one request."),
            LinesBefore = (int)options.Number(
                "lines_before", defaults.LinesBefore, 0, LinesBeforeMax, "Lines of the same host and app to show before the record; 0 shows none."),
            Link = ReadLink(options),
        };
    }

    /// <summary>The link for one alert; null when none is configured.</summary>
    public string? LinkTo(Alert alert) => Link.Length == 0 ? null : Link
        .Replace("{host}", Uri.EscapeDataString(alert.Host), StringComparison.Ordinal)
        .Replace("{app}", Uri.EscapeDataString(alert.App), StringComparison.Ordinal)
        .Replace("{category}", Classifier.LabelNames.Categories[(int)alert.Category], StringComparison.Ordinal)
        .Replace("{template}", alert.Template, StringComparison.Ordinal);

    static string ReadLink(OptionsReader options)
    {
        string link = options.Text("link", null, "Address of the records in Grafana or the like, with `{host}`, `{app}`, `{category}` and `{template}`, shown in messages.") ?? "";
        if (link.Length > 0 && !AlertHttp.IsHttp(link.Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal)))
        {
            options.Mistake("link", "must be an http or https address");
        }

        return link;
    }
}
