namespace Collector.Outputs;

/// <summary>An output that can be unwell without its queue noticing.</summary>
interface IReportsProblem
{
    /// <summary>Null while all is well; else what is wrong, one line. Safe on any thread.</summary>
    string? Problem { get; }
}
