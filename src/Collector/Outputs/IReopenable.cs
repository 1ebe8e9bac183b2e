namespace Collector.Outputs;

/// <summary>An output that holds a file which others may move away.</summary>
interface IReopenable
{
    /// <summary>Closes and opens again what is held open. Safe beside a running write.</summary>
    Task ReopenAsync(CancellationToken cancellationToken);
}
