using System.Globalization;
using System.Text.Json.Serialization;
using Classifier;
using Receivers;

namespace Collector.Alerts;

/// <summary>One template on one host that is going on, with what is told of it. The state file holds these as they are.</summary>
sealed class AlertGroup
{
    public required ulong Key { get; init; }

    public required ulong Template { get; init; }

    public required string Host { get; init; }

    public required string App { get; init; }

    public required string Line { get; init; }

    public required Severity Severity { get; init; }

    public required Category Category { get; init; }

    public required VerdictSource Source { get; init; }

    public required float Confidence { get; init; }

    /// <summary>OTel SeverityNumber; 0 when the sender declared none.</summary>
    public required byte Declared { get; init; }

    public required DateTimeOffset FirstSeen { get; init; }

    public DateTimeOffset LastSeen { get; set; }

    public long Count { get; set; }

    /// <summary>When a message said it; null before the first.</summary>
    public DateTimeOffset? NotifiedAt { get; set; }

    /// <summary>It had a message of its own, so that its end is told too.</summary>
    public bool HadMessage { get; set; }

    /// <summary>Storm that it was folded into, until that is over; 0 for none.</summary>
    public ulong Storm { get; set; }

    /// <summary>It was the last of its storm to fall silent.</summary>
    [JsonIgnore]
    public bool EndsStorm { get; set; }

    /// <summary>A message about it has to be sent, or is being sent and not answered yet.</summary>
    public bool IsPending { get; set; }

    /// <summary>Since the start of the process: a restart forgets them, the count since the first record stays.</summary>
    [JsonIgnore]
    public RecentCounts Recent { get; } = new();

    /// <summary>Lines before the record, as in <see cref="Alert.Before"/>.</summary>
    public IReadOnlyList<string> Before { get; set; } = [];

    public Alert ToAlert(DateTimeOffset now) => new()
    {
        Id = Key.ToString("x16", CultureInfo.InvariantCulture),
        Template = Template.ToString("x16", CultureInfo.InvariantCulture),
        Host = Host,
        App = App,
        Severity = Severity,
        Category = Category,
        Line = Line,
        Confidence = Confidence,
        Source = LabelNames.Sources[(int)Source],
        Declared = SeverityNumbers.Text(Declared, isSyslog: false),
        Before = Before,
        LastMinute = Recent.LastMinute(now),
        LastHour = Recent.LastHour(now),
        Count = Count,
        FirstSeen = FirstSeen,
        LastSeen = LastSeen,
    };
}
