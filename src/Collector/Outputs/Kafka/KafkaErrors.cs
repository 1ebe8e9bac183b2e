using Confluent.Kafka;

namespace Collector.Outputs.Kafka;

/// <summary>What an error of a delivery means for the record.</summary>
static class KafkaErrors
{
    /// <summary>True when the brokers will not take this record later either, whatever happens to the others.</summary>
    public static bool IsPermanent(ErrorCode code) => code is
        ErrorCode.MsgSizeTooLarge or ErrorCode.RecordListTooLarge or ErrorCode.InvalidRecord or ErrorCode.PolicyViolation;

    /// <summary>A word of a short fixed list, for metrics and messages.</summary>
    public static string Reason(ErrorCode code) => code switch
    {
        ErrorCode.MsgSizeTooLarge or ErrorCode.RecordListTooLarge => "message_too_large",
        ErrorCode.InvalidRecord or ErrorCode.PolicyViolation => "refused",
        ErrorCode.Local_MsgTimedOut or ErrorCode.Local_TimedOut or ErrorCode.Local_TimedOutQueue or ErrorCode.RequestTimedOut => "timeout",
        ErrorCode.Local_AllBrokersDown or ErrorCode.Local_Transport or ErrorCode.Local_Resolve => "unreachable",
        ErrorCode.Local_QueueFull => "queue_full",
        ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic or ErrorCode.Local_UnknownPartition => "unknown_topic",
        ErrorCode.TopicAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed => "not_authorized",
        ErrorCode.SaslAuthenticationFailed or ErrorCode.Local_Authentication => "credentials",
        ErrorCode.Local_Ssl => "tls",
        ErrorCode.NotEnoughReplicas or ErrorCode.NotEnoughReplicasAfterAppend => "not_enough_replicas",
        _ => "kafka_error",
    };
}
