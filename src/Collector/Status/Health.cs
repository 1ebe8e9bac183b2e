using Classifier;
using Collector.Pipeline;
using Receivers;

namespace Collector.Status;

/// <summary>One part in the answer of <c>/readyz</c>.</summary>
/// <param name="Component">Such as <c>receiver:syslog</c>, <c>classifier</c>, <c>output:file</c>.</param>
/// <param name="Status"><c>ok</c>, <c>degraded</c> (records flow, but not as they should) or <c>failed</c>.</param>
/// <param name="Message">What is wrong; null when all is well.</param>
sealed record ComponentHealth(string Component, string Status, string? Message)
{
    public const string Ok = "ok";
    public const string Degraded = "degraded";
    public const string Failed = "failed";

    public static ComponentHealth Of(string component, string? problem, string statusIfWrong = Failed) =>
        new(component, problem is null ? Ok : statusIfWrong, problem);
}

/// <summary>The answer of <c>/readyz</c>.</summary>
/// <param name="Status">The worst of the components.</param>
/// <param name="Components">All parts, well or not.</param>
sealed record HealthReport(string Status, IReadOnlyList<ComponentHealth> Components);

/// <summary>Asks every part how it is. Safe on any thread.</summary>
sealed class Health(
    Func<IEnumerable<IReceiver>> receivers, RecordPipeline pipeline, LogClassifier classifier, Func<IEnumerable<ComponentHealth>> outputs)
{
    volatile bool _started;
    volatile bool _stopping;

    /// <summary>All listeners are bound.</summary>
    public void MarkStarted() => _started = true;

    /// <summary>The door is closing: load balancers should look elsewhere.</summary>
    public void MarkStopping() => _stopping = true;

    /// <summary>What only a restart would mend; null while the process is of use.</summary>
    public string? LivenessProblem => pipeline.Problem;

    public HealthReport Report()
    {
        List<ComponentHealth> components = [];
        if (!_started || _stopping)
        {
            components.Add(new ComponentHealth("process", ComponentHealth.Failed, _stopping ? "stopping" : "starting"));
        }

        components.AddRange(receivers().Select(r => ComponentHealth.Of("receiver:" + r.Name, r.Problem)));
        components.Add(ComponentHealth.Of("pipeline", pipeline.Problem));
        // Without a model records still pass, with the senders' own levels: degraded, and ready.
        components.Add(ComponentHealth.Of("classifier", classifier.Problem, ComponentHealth.Degraded));
        components.AddRange(outputs());
        string status = components.Any(c => c.Status == ComponentHealth.Failed) ? ComponentHealth.Failed
            : components.Any(c => c.Status == ComponentHealth.Degraded) ? ComponentHealth.Degraded : ComponentHealth.Ok;
        return new HealthReport(status, components);
    }
}
