using Collector.Outputs;

namespace Collector.Alerts.Slack;

/// <summary>A Slack channel, by an incoming webhook. Its address is the credential. It can neither thread nor change a message, so recovery is not told.</summary>
static class SlackChannel
{
    public static OutputKind Kind { get; } = AlertKind.Of(
        "slack",
        "A Slack channel: one message for each template and host.",
        static reader => AlertTarget.Read(reader, "webhook", "Address of the incoming webhook. It is a secret: `${file:/run/secrets/slack}`."),
        static (name, target, options, context) => new HttpAlertChannel(new AlertHttp(target, options, name, context), new SlackPayload(options).Write));
}
