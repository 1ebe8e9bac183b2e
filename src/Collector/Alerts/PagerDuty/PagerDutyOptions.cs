using Receivers;

namespace Collector.Alerts.PagerDuty;

/// <summary>Settings of PagerDuty.</summary>
/// <param name="RoutingKey">Integration key of the service.</param>
/// <param name="Target">Where events are posted.</param>
sealed record PagerDutyOptions(string RoutingKey, AlertTarget Target)
{
    const string DefaultUrl = "https://events.pagerduty.com/v2/enqueue";

    public static PagerDutyOptions Read(OptionsReader options)
    {
        string key = options.Text("routing_key", null, "Integration key of the service (Events API v2). It is a secret: `${file:/run/secrets/pagerduty}`.") ?? "";
        if (key.Length == 0)
        {
            options.Mistake("routing_key", "is needed");
        }

        return new PagerDutyOptions(key, AlertTarget.Read(
            options, "url", "Address of the Events API; `https://events.eu.pagerduty.com/v2/enqueue` for accounts in the EU.", DefaultUrl));
    }
}
