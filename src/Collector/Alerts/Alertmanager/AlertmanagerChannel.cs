using Collector.Outputs;
using Collector.Outputs.Formats;

namespace Collector.Alerts.Alertmanager;

/// <summary>Prometheus Alertmanager, API v2. It groups, silences and routes; here every alert is one of its own, repeated while it lasts.</summary>
sealed class AlertmanagerChannel : IAlertChannel
{
    const string ApiPath = "api/v2/alerts";

    readonly AlertmanagerPayload _payload;
    readonly AlertHttp _http;
    readonly PayloadBuffer _body = new();

    AlertmanagerChannel(string url, AlertOptions options, OutputContext context)
    {
        _payload = new AlertmanagerPayload(options);
        _http = new AlertHttp(url.EndsWith('/') ? url + ApiPath : $"{url}/{ApiPath}", context.Time);
    }

    public static OutputKind Kind { get; } = AlertKind.Of(
        "alertmanager",
        "Prometheus Alertmanager: an alert for each template and host, resolved when it is quiet.",
        static reader => AlertKind.ReadAddress(reader, "url", "Address of Alertmanager, such as `http://alertmanager:9093`."),
        static (_, url, options, context) => new AlertmanagerChannel(url, options, context));

    public bool GroupsItself => true;

    public bool TellsRecovery => true;

    public Task<SendOutcome> SendAsync(AlertNotice notice, CancellationToken cancellationToken)
    {
        _body.Clear();
        _payload.Write(_body, notice);
        return _http.PostAsync(_body.Memory, null, cancellationToken);
    }

    public void Dispose()
    {
        _http.Dispose();
        _body.Dispose();
    }
}
