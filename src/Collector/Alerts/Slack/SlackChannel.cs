using Collector.Outputs;
using Collector.Outputs.Formats;

namespace Collector.Alerts.Slack;

/// <summary>A Slack channel, by an incoming webhook. Its address is the credential.</summary>
sealed class SlackChannel : IAlertChannel
{
    readonly SlackPayload _payload;
    readonly AlertHttp _http;
    readonly PayloadBuffer _body = new();

    SlackChannel(string webhook, AlertOptions options, OutputContext context)
    {
        _payload = new SlackPayload(options);
        _http = new AlertHttp(webhook, context.Time);
    }

    public static OutputKind Kind { get; } = AlertKind.Of(
        "slack",
        "A Slack channel: one message for each template and host.",
        static reader => AlertKind.ReadAddress(reader, "webhook", "Address of the incoming webhook. It is a secret: `${file:/run/secrets/slack}`."),
        static (_, webhook, options, context) => new SlackChannel(webhook, options, context));

    public bool GroupsItself => false;

    // A webhook can neither thread nor change a message.
    public bool TellsRecovery => false;

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
