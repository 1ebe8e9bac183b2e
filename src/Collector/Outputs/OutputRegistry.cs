using Collector.Alerts.Alertmanager;
using Collector.Alerts.Email;
using Collector.Alerts.PagerDuty;
using Collector.Alerts.Slack;
using Collector.Alerts.Teams;
using Collector.Alerts.Webhook;
using Collector.Configuration;
using Collector.Outputs.Files;
using Collector.Outputs.Kafka;
using Collector.Outputs.Loki;
using Collector.Outputs.Otlp;
using Collector.Outputs.Stdout;
using Collector.Outputs.Syslog;
using Receivers;

namespace Collector.Outputs;

/// <summary>Every kind of output, one line each.</summary>
static class OutputRegistry
{
    public static IReadOnlyList<OutputKind> Kinds { get; } =
    [
        StdoutOutput.Kind,
        FileOutput.Kind,
        OtlpOutput.Kind,
        LokiOutput.Kind,
        KafkaOutput.Kind,
        SyslogOutput.Kind,
        AlertmanagerChannel.Kind,
        EmailChannel.Kind,
        PagerDutyChannel.Kind,
        SlackChannel.Kind,
        TeamsChannel.Kind,
        WebhookChannel.Kind,
    ];

    static string[] KindNames { get; } = [.. Kinds.Select(kind => kind.Name)];

    /// <summary>Reads one section under <c>outputs</c>. The key is a kind's name, or any name with the kind under <c>type</c>.</summary>
    /// <param name="name">The key.</param>
    /// <param name="section">Its settings; mistakes are noted there.</param>
    /// <param name="rules">The configuration's rules, whose names may be conditions.</param>
    public static OutputSetup Read(string name, OptionsReader section, IReadOnlyList<RuleOptions> rules)
    {
        int fallback = Array.IndexOf(KindNames, name);
        if (fallback < 0 && !section.Has("type"))
        {
            section.Mistake("type", $"'{name}' is no kind of output; name the kind here, one of {string.Join(", ", KindNames)}");
        }

        OutputKind kind = Kinds[section.Choice("type", Math.Max(fallback, 0), KindNames, "Kind of output; needed where the name of the section is not one.")];
        return new OutputSetup(name, kind, OutputQueueOptions.Read(section, kind.QueueDefaults, rules, retries: !kind.IsAlert), kind.ReadOptions(section));
    }
}
