using Collector.Outputs;
using Collector.Outputs.Formats;

namespace Collector.Alerts.PagerDuty;

/// <summary>PagerDuty, Events API v2: an incident for each template and host, resolved when it is quiet, and one for a storm, resolved when all of it is.</summary>
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
        SendOutcome outcome = SendOutcome.Delivered;
        foreach (string key in PagerDutyPayload.DedupKeys(notice))
        {
            outcome = await PostAsync(notice, key, notice.Kind == AlertNoticeKind.Recovered, cancellationToken).ConfigureAwait(false);
            if (outcome.Kind == SendKind.Delivered && notice.Kind == AlertNoticeKind.Test)
            {
                // Nothing else would ever end the incident of a test.
                SendOutcome end = await PostAsync(notice, key, isEnd: true, cancellationToken).ConfigureAwait(false);
                outcome = end with { Detail = end.Kind == SendKind.Delivered ? $"{outcome.Detail}; resolved: {end.Detail}" : $"the test incident stays open: {end.Detail}" };
            }

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

    Task<SendOutcome> PostAsync(AlertNotice notice, string key, bool isEnd, CancellationToken cancellationToken)
    {
        _body.Clear();
        _payload.Write(_body, notice, key, isEnd);
        return _http.PostAsync(_body.Memory, null, cancellationToken);
    }
}
