namespace Collector.Alerts;

/// <summary>Why a notice is sent.</summary>
enum AlertNoticeKind
{
    /// <summary>Something happens: one alert, or for a far side that groups by itself all that are new or still on.</summary>
    Firing,

    /// <summary>Much happens at once: one message for all of it.</summary>
    Storm,

    /// <summary>It has been quiet for a while.</summary>
    Recovered,

    /// <summary>Somebody tries the channel.</summary>
    Test,
}

/// <summary>One message to people or to their alerting system.</summary>
sealed record AlertNotice
{
    public required AlertNoticeKind Kind { get; init; }

    /// <summary>The alerts it is about; of a storm the largest; empty where only a storm is over.</summary>
    public required IReadOnlyList<Alert> Alerts { get; init; }

    /// <summary>Templates and hosts it is about, those that are not in <see cref="Alerts"/> included.</summary>
    public required int Groups { get; init; }

    /// <summary>Records it is about.</summary>
    public required long Records { get; init; }

    /// <summary>Records since the last message that raised none of their own: repeats, and what was folded or came beyond the limits.</summary>
    public required long Suppressed { get; init; }

    /// <summary>Of a storm: its name, 16 hex digits, the same until all of it is quiet and over restarts too; else empty.</summary>
    public string Storm { get; init; } = "";

    /// <summary>Of a recovery: the storms that are over.</summary>
    public IReadOnlyList<string> EndedStorms { get; init; } = [];

    public required DateTimeOffset Time { get; init; }
}
