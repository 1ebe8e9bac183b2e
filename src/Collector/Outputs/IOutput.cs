using Collector.Pipeline;

namespace Collector.Outputs;

/// <summary>Somewhere that records go. Writes and answers; queueing, retry, waiting and counting are <c>OutputQueue</c>'s.</summary>
/// <remarks>Called by one task at a time.</remarks>
interface IOutput : IAsyncDisposable
{
    /// <summary>Kind and name in configuration, metrics and messages: <c>file</c>, <c>stdout</c>.</summary>
    string Name { get; }

    /// <summary>Opens what it needs. A mistake that waiting cannot mend (a folder that is not writable) throws <see cref="OutputStartException"/>.</summary>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Writes the selected records of a batch.</summary>
    /// <param name="batch">Read only; held by the caller until the answer.</param>
    /// <param name="selected">Indices of the records to write, ascending; never empty.</param>
    /// <param name="cancellationToken">Cancelled when the grace period of a stop ends.</param>
    ValueTask<SendOutcome> SendAsync(ClassifiedBatch batch, ReadOnlyMemory<int> selected, CancellationToken cancellationToken);

    /// <summary>Puts what was written where a crash of the process cannot lose it. Called when the queue runs empty and before a stop.</summary>
    ValueTask FlushAsync(CancellationToken cancellationToken);
}

/// <summary>An output cannot start. The message is one line for a person: what, where, and what to do.</summary>
sealed class OutputStartException(string message, Exception? inner = null) : Exception(message, inner);
