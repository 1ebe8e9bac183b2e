namespace Collector.Outputs.Kafka;

/// <summary>Which of librdkafka's properties a user may set, and why not the others.</summary>
static class KafkaProperties
{
    const string OwnKey = "has a key of its own in this section";
    const string Guarantee = "would break what this output promises or how it counts";
    const string Dangerous = "runs or loads what is not part of this binary";

    // Names, and beginnings where they end in a dot or underscore.
    static readonly (string Name, string Why)[] Denied =
    [
        ("bootstrap.servers", OwnKey), ("metadata.broker.list", OwnKey), ("acks", OwnKey), ("request.required.acks", OwnKey), ("enable.idempotence", OwnKey),
        ("compression.codec", OwnKey), ("compression.type", OwnKey), ("message.timeout.ms", OwnKey), ("delivery.timeout.ms", OwnKey),
        ("security.protocol", OwnKey), ("ssl.", OwnKey), ("ssl_", OwnKey), ("https.", OwnKey), ("sasl.username", OwnKey), ("sasl.password", OwnKey), ("sasl.mechanism", OwnKey),
        ("sasl.mechanisms", OwnKey), ("enable.ssl.certificate.verification", Guarantee), ("transactional.id", Guarantee), ("transaction.", Guarantee),
        ("delivery.report.only.error", Guarantee), ("enable.gapless.guarantee", Guarantee), ("dotnet.", Guarantee), ("opaque", Guarantee), ("enabled_events", Guarantee),
        ("default_topic_conf", Guarantee), ("log.queue", Guarantee), ("msg_order_cmp", Guarantee), ("builtin.features", Guarantee),
        ("plugin.library.paths", Dangerous), ("interceptors", Dangerous), ("sasl.kerberos.", Dangerous), ("sasl.oauthbearer.", Dangerous),
        ("enable.sasl.oauthbearer.unsecure.jwt", Guarantee),
    ];

    /// <returns>Null when it may be set; whether librdkafka knows it shows at the start.</returns>
    public static string? WhyDenied(string name)
    {
        foreach ((string denied, string why) in Denied)
        {
            bool isPrefix = denied[^1] is '.' or '_';
            if (isPrefix ? name.StartsWith(denied, StringComparison.OrdinalIgnoreCase) : name.Equals(denied, StringComparison.OrdinalIgnoreCase))
            {
                return why;
            }
        }

        return name.EndsWith("_cb", StringComparison.OrdinalIgnoreCase) ? Guarantee : null;
    }
}
