using System.Text;
using System.Threading.Channels;
using Collector.Outputs;
using Collector.Pipeline;

namespace Collector.Tests.Shared;

/// <summary>Takes everything and remembers the bodies in order.</summary>
class CollectingOutput : IOutput
{
    readonly Channel<int> _sends = Channel.CreateUnbounded<int>();
    readonly List<string> _bodies = [];

    public string Name => "test";

    public int Flushes { get; private set; }

    /// <summary>Records of each send, as they come.</summary>
    public ChannelReader<int> Sends => _sends.Reader;

    public IReadOnlyList<string> Bodies
    {
        get
        {
            lock (_bodies)
            {
                return [.. _bodies];
            }
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public virtual ValueTask<SendOutcome> SendAsync(ClassifiedBatch batch, ReadOnlyMemory<int> selected, CancellationToken cancellationToken)
    {
        lock (_bodies)
        {
            foreach (int index in selected.Span)
            {
                _bodies.Add(Encoding.UTF8.GetString(batch[batch.Records[index].Body]));
            }
        }

        _sends.Writer.TryWrite(selected.Length);
        return ValueTask.FromResult(SendOutcome.Delivered);
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        Flushes++;
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>Answers as told, then takes everything.</summary>
sealed class AnsweringOutput(params SendOutcome[] answers) : CollectingOutput
{
    readonly Channel<int> _tries = Channel.CreateUnbounded<int>();
    int _tried;

    /// <summary>The number of each try, as they come.</summary>
    public ChannelReader<int> Tries => _tries.Reader;

    public override ValueTask<SendOutcome> SendAsync(ClassifiedBatch batch, ReadOnlyMemory<int> selected, CancellationToken cancellationToken)
    {
        int tried = _tried++;
        SendOutcome answer = tried < answers.Length ? answers[tried] : SendOutcome.Delivered;
        ValueTask<SendOutcome> result = answer.Kind == SendKind.Delivered
            ? TakeAsync(batch, selected, answer, cancellationToken)
            : ValueTask.FromResult(answer);
        _tries.Writer.TryWrite(tried);
        return result;
    }

    async ValueTask<SendOutcome> TakeAsync(ClassifiedBatch batch, ReadOnlyMemory<int> selected, SendOutcome answer, CancellationToken cancellationToken)
    {
        await base.SendAsync(batch, selected, cancellationToken);
        return answer;
    }
}

/// <summary>Refuses everything for good.</summary>
sealed class RefusingOutput : CollectingOutput
{
    public override ValueTask<SendOutcome> SendAsync(ClassifiedBatch batch, ReadOnlyMemory<int> selected, CancellationToken cancellationToken) =>
        ValueTask.FromResult(SendOutcome.Refused("bad_request", "400 no\nthanks"));
}

/// <summary>Does not answer until it is opened; hears its cancellation unless told not to.</summary>
sealed class StuckOutput(bool isDeaf = false) : CollectingOutput
{
    readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the first send has come.</summary>
    public Task Reached => _reached.Task;

    public void Open() => _open.TrySetResult();

    public override async ValueTask<SendOutcome> SendAsync(ClassifiedBatch batch, ReadOnlyMemory<int> selected, CancellationToken cancellationToken)
    {
        _reached.TrySetResult();
        await _open.Task.WaitAsync(isDeaf ? default : cancellationToken);
        return await base.SendAsync(batch, selected, cancellationToken);
    }
}

/// <summary>Sends the first batch to one output and all others to another.</summary>
sealed class ThenOutput(CollectingOutput first, CollectingOutput then) : CollectingOutput
{
    bool _isLater;

    public override ValueTask<SendOutcome> SendAsync(ClassifiedBatch batch, ReadOnlyMemory<int> selected, CancellationToken cancellationToken)
    {
        CollectingOutput output = _isLater ? then : first;
        _isLater = true;
        return output.SendAsync(batch, selected, cancellationToken);
    }
}

/// <summary>Answers the first time when told to, and then that it got no answer; takes everything after that.</summary>
sealed class LateOutput : CollectingOutput
{
    readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the first send has come.</summary>
    public Task Reached => _reached.Task;

    public void Fail() => _failed.TrySetResult();

    public override async ValueTask<SendOutcome> SendAsync(ClassifiedBatch batch, ReadOnlyMemory<int> selected, CancellationToken cancellationToken)
    {
        bool isFirst = _reached.TrySetResult();
        await _failed.Task.WaitAsync(cancellationToken);
        return isFirst ? SendOutcome.Retry("timeout", "no answer") : await base.SendAsync(batch, selected, cancellationToken);
    }
}
