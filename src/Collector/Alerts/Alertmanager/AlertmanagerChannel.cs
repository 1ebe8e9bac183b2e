using Collector.Outputs;

namespace Collector.Alerts.Alertmanager;

/// <summary>Prometheus Alertmanager, API v2. It groups, silences and routes; here every alert is one of its own, repeated while it lasts.</summary>
static class AlertmanagerChannel
{
    const string ApiPath = "/api/v2/alerts";

    public static OutputKind Kind { get; } = AlertKind.Of(
        "alertmanager",
        "Prometheus Alertmanager: an alert for each template and host, resolved when it is quiet.",
        static reader => AlertTarget.Read(reader, "url", "Address of Alertmanager, such as `http://alertmanager:9093`."),
        static (name, target, options, context) => new HttpAlertChannel(
            new AlertHttp(target with { Address = target.Address.TrimEnd('/') + ApiPath }, options, name, context), new AlertmanagerPayload(options).Write)
        {
            GroupsItself = true,
            TellsRecovery = true,
        });
}
