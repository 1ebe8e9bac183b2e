namespace Receivers;

/// <summary>A sender that waits until its records are safe (RELP, durable OTLP).</summary>
public interface IAcknowledgement
{
    /// <summary>Called once, on any thread, when every output that must hold the batch has it or has given it up. Must not block or throw.</summary>
    /// <param name="lost">Records that at least one output dropped; 0 when all are safe.</param>
    void OnReleased(int lost);
}
