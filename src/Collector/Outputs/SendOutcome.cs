namespace Collector.Outputs;

/// <summary>What became of a write.</summary>
enum SendKind : byte
{
    /// <summary>The far side has the records, but for <see cref="SendOutcome.Rejected"/> of them.</summary>
    Delivered,

    /// <summary>The far side may recover: try the same records again.</summary>
    Retry,

    /// <summary>The far side never will take them: count and drop.</summary>
    Refused,
}

/// <summary>An output's answer; it does not retry, sleep or swallow.</summary>
/// <param name="Kind">What became of it.</param>
/// <param name="Rejected">Records the far side took the others without (OTLP partial success).</param>
/// <param name="Delay">How long the far side asked to wait; zero when it did not.</param>
/// <param name="Reason">For a person and for the <c>reason</c> label: one of a short fixed list, such as <c>disk_full</c>.</param>
/// <param name="Detail">For a person only; may hold text from outside. Of records that were delivered whole it is a warning of the far side.</param>
readonly record struct SendOutcome(SendKind Kind, int Rejected = 0, TimeSpan Delay = default, string Reason = "", string Detail = "")
{
    /// <summary>
    /// With <see cref="SendKind.Retry"/>: the records that are still to be sent, where the far side has taken or, so many as <see cref="Rejected"/> says,
    /// refused the others. Empty: all of them. Good until the next send; the queue copies it.
    /// </summary>
    public ReadOnlyMemory<int> Left { get; init; }

    /// <summary>Which records <see cref="Rejected"/> counts, as far as that is known. Good until the next send.</summary>
    public ReadOnlyMemory<int> Lost { get; init; }

    public static SendOutcome Delivered { get; } = new(SendKind.Delivered);

    public static SendOutcome Retry(string reason, string detail, TimeSpan delay = default) => new(SendKind.Retry, 0, delay, reason, detail);

    public static SendOutcome Refused(string reason, string detail) => new(SendKind.Refused, 0, default, reason, detail);
}
