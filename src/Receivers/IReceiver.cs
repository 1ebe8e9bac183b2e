namespace Receivers;

/// <summary>Something that takes records in. One folder each; the appliance knows no more of it than this.</summary>
public interface IReceiver : IAsyncDisposable
{
    /// <summary>Name in metrics, records and configuration: <c>syslog</c>.</summary>
    string Name { get; }

    /// <summary>Counters, one entry for each transport; read on any thread.</summary>
    IReadOnlyList<ReceiverStatistics> Statistics { get; }

    /// <summary>What is listened on, such as <c>udp 0.0.0.0:5514</c>, with the real port where 0 was asked for. Empty before the start.</summary>
    IReadOnlyList<string> Listening { get; }

    /// <summary>Null while all is well; else what is wrong, for <c>/readyz</c>.</summary>
    string? Problem { get; }

    /// <summary>Senders that are remembered, in no order and bounded; empty where the receiver does not tell them apart.</summary>
    IReadOnlyList<SenderState> Senders => [];

    /// <summary>When the first certificate of the chain that senders are shown ends; null without TLS.</summary>
    DateTimeOffset? CertificateExpiry => null;

    /// <summary>Binds and starts to receive.</summary>
    /// <exception cref="ReceiverStartException">A port or file cannot be had; the message says which, why and what to do.</exception>
    Task StartAsync(IRecordSink sink, CancellationToken cancellationToken);

    /// <summary>Closes the door, hands on what was read, and returns when nothing more will be posted. Safe twice and without a start.</summary>
    /// <param name="deadline">Cancelled when the grace period ends: what cannot be posted by then is discarded and counted.</param>
    Task StopAsync(CancellationToken deadline);
}

/// <summary>A receiver cannot start. The message is one line for a person: what, where, and what to do.</summary>
public sealed class ReceiverStartException(string message, Exception? inner = null) : Exception(message, inner);
