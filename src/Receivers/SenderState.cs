namespace Receivers;

/// <summary>What is known of one sender, for the status page and metrics.</summary>
/// <param name="Peer">Its address, port 0.</param>
/// <param name="Records">Records since it was first seen.</param>
/// <param name="SinceLast">Time since its last record; null before the first.</param>
/// <param name="SkewSeconds">Its clock less ours, by a recent record; null until one had a stamp.</param>
/// <param name="IsSilent">Quiet for longer than <c>silent_after</c>.</param>
/// <param name="IsLimited">Over its rate limit now.</param>
public readonly record struct SenderState(PeerAddress Peer, long Records, TimeSpan? SinceLast, long? SkewSeconds, bool IsSilent, bool IsLimited);
