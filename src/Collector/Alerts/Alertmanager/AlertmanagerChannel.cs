using Collector.Outputs;

namespace Collector.Alerts.Alertmanager;

/// <summary>Prometheus Alertmanager, API v2. It groups, silences and routes; here every alert is one of its own, repeated while it lasts.</summary>
static class AlertmanagerChannel
{
    const string ApiPath = "/api/v2/alerts";

    public static OutputKind Kind { get; } = AlertKind.Of(
        "alertmanager",
        "Prometheus Alertmanager: an alert for each template and host, resolved when it is quiet.",
        static reader => AlertKind.ReadAddress(reader, "url", "Address of Alertmanager, such as `http://alertmanager:9093`."),
        static (_, url, options, context) => new HttpAlertChannel(url.TrimEnd('/') + ApiPath, new AlertmanagerPayload(options).Write, context)
        {
            GroupsItself = true,
            TellsRecovery = true,
        });
}
