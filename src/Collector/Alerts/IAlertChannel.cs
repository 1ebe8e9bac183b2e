using Collector.Outputs;

namespace Collector.Alerts;

/// <summary>A way to reach people. Makes the message and answers; grouping, waiting, retry and counting are <see cref="AlertOutput"/>'s.</summary>
/// <remarks>Called by one task at a time.</remarks>
interface IAlertChannel : IDisposable
{
    /// <summary>The far side groups, repeats and ends alerts by itself: it is given every alert, again and again while it lasts, and without a cap.</summary>
    bool GroupsItself { get; }

    /// <summary>The far side can end an alert: it is told of recovery.</summary>
    bool TellsRecovery { get; }

    /// <summary>Opens what it needs. A mistake that waiting cannot mend throws <see cref="OutputStartException"/>.</summary>
    void Start()
    {
    }

    /// <summary>Sends one message.</summary>
    /// <returns>Of a delivered one, the detail is the far side's answer. Holds no secret.</returns>
    Task<SendOutcome> SendAsync(AlertNotice notice, CancellationToken cancellationToken);
}
