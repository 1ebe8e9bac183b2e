using Collector.Outputs;

namespace Collector.Alerts.Teams;

/// <summary>A Microsoft Teams channel, by the webhook of a workflow. Its address is the credential. It cannot change a message, so recovery is not told.</summary>
static class TeamsChannel
{
    public static OutputKind Kind { get; } = AlertKind.Of(
        "teams",
        "A Microsoft Teams channel: one message for each template and host.",
        static reader => AlertTarget.Read(reader, "webhook", "Address of the webhook of a workflow. It is a secret: `${file:/run/secrets/teams}`."),
        static (name, target, options, context) => new HttpAlertChannel(new AlertHttp(target, options, name, context), new TeamsPayload(options).Write));
}
