using Collector.Outputs;
using Collector.Outputs.Formats;

namespace Collector.Alerts.PagerDuty;

/// <summary>PagerDuty, Events API v2: an incident for each template and host, resolved when it is quiet. The incident of a storm is closed by hand.</summary>
sealed class PagerDutyChannel : IAlertChannel
{
    readonly PagerDutyPayload _payload;
    readonly AlertHttp _http;
    readonly PayloadBuffer _body = new();

    PagerDutyChannel(string name, PagerDutyOptions own, AlertOptions options, OutputContext context)
    {
        _payload = new PagerDutyPayload(own.RoutingKey, options);
        _http = new AlertHttp(own.Target, options, name, context);
    }

    public static OutputKind Kind { get; } = AlertKind.Of(
        "pagerduty",
        "PagerDuty: an incident for each template and host, resolved when it is quiet.",
        PagerDutyOptions.Read,
        static (name, own, options, context) => new PagerDutyChannel(name, own, options, context));

    public bool GroupsItself => false;

    public bool TellsRecovery => true;

    public void Start() => _http.Start();

    /// <remarks>The API takes one event a request. A try that ends half way is safe to repeat: the same key is the same incident.</remarks>
    public async Task<SendOutcome> SendAsync(AlertNotice notice, CancellationToken cancellationToken)
    {
        if (notice.Kind != AlertNoticeKind.Recovered)
        {
            return await PostAsync(notice, notice.Alerts.Count > 0 ? notice.Alerts[0] : null, cancellationToken).ConfigureAwait(false);
        }

        SendOutcome outcome = SendOutcome.Delivered;
        foreach (Alert alert in notice.Alerts)
        {
            outcome = await PostAsync(notice, alert, cancellationToken).ConfigureAwait(false);
            if (outcome.Kind != SendKind.Delivered)
            {
                break;
            }
        }

        return outcome;
    }

    public void Dispose()
    {
        _http.Dispose();
        _body.Dispose();
    }

    Task<SendOutcome> PostAsync(AlertNotice notice, Alert? alert, CancellationToken cancellationToken)
    {
        _body.Clear();
        _payload.Write(_body, notice, alert);
        return _http.PostAsync(_body.Memory, null, cancellationToken);
    }
}
