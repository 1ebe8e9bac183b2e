using System.Threading.Channels;

namespace Collector;

/// <summary>Wishes to reload, from SIGHUP and from the API, one after another. Asked from any thread, served by one task.</summary>
sealed class Reloads
{
    // More than one that waits serves nobody: each reads the file anew.
    readonly Channel<TaskCompletionSource<IReadOnlyList<string>>> _wishes = Channel.CreateBounded<TaskCompletionSource<IReadOnlyList<string>>>(16);

    /// <summary>For a signal: nobody waits for the answer. With enough wishes ahead this one is met by them.</summary>
    public void Ask() => _wishes.Writer.TryWrite(new TaskCompletionSource<IReadOnlyList<string>>());

    /// <returns>What is not as the file says, a line each; empty when all is.</returns>
    public async Task<IReadOnlyList<string>> AskAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource<IReadOnlyList<string>> wish = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await _wishes.Writer.WriteAsync(wish, cancellationToken).ConfigureAwait(false);
        return await wish.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Serves wishes until told to stop.</summary>
    /// <param name="reload">Reads the configuration anew and takes it over.</param>
    /// <param name="stop">Ends the serving; a reload under way ends first or throws.</param>
    public async Task ServeAsync(Func<Task<IReadOnlyList<string>>> reload, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                TaskCompletionSource<IReadOnlyList<string>> wish = await _wishes.Reader.ReadAsync(stop).ConfigureAwait(false);
                wish.TrySetResult(await reload().ConfigureAwait(false));
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Told to stop.
        }

        while (_wishes.Reader.TryRead(out TaskCompletionSource<IReadOnlyList<string>>? late))
        {
            late.TrySetResult(["the collector is stopping"]);
        }
    }
}
