using Collector.Outputs;

namespace Collector.Pipeline;

/// <summary>Hands a finished batch to every output and lets go of it.</summary>
/// <remarks>
/// An output whose queue is full and whose policy is <c>block</c> holds up the fan: that is how its pressure reaches the senders. All others
/// answer at once and count what they cannot take.
/// </remarks>
sealed class OutputFan(IReadOnlyList<IBatchConsumer> consumers)
{
    volatile Circle _circle = new([.. consumers]);
    int _waiting;

    /// <summary>A full output holds up at least one batch: no progress is expected then.</summary>
    public bool IsWaiting => Volatile.Read(ref _waiting) > 0;

    public async ValueTask HandOnAsync(ClassifiedBatch batch)
    {
        Circle circle = Enter();
        // Offered to all before any is waited for: an output that is full delays nobody's copy of this batch.
        Task? waits = null;
        foreach (IBatchConsumer consumer in circle.Consumers)
        {
            ValueTask offer = consumer.OfferAsync(batch);
            if (!offer.IsCompletedSuccessfully)
            {
                waits = waits is null ? offer.AsTask() : Task.WhenAll(waits, offer.AsTask());
            }
        }

        if (waits is not null)
        {
            Interlocked.Increment(ref _waiting);
            await waits.ConfigureAwait(false);
            Interlocked.Decrement(ref _waiting);
        }

        circle.Leave();
        batch.Release();
    }

    /// <summary>From the next batch on these get it. One caller at a time.</summary>
    /// <returns>Ends when no batch is on its way to the former ones any more: they may be stopped without a loss.</returns>
    public Task ReplaceAsync(IReadOnlyList<IBatchConsumer> consumers)
    {
        Circle former = _circle;
        _circle = new Circle([.. consumers]);
        return former.RetireAsync();
    }

    Circle Enter()
    {
        while (true)
        {
            Circle circle = _circle;
            if (circle.TryEnter())
            {
                return circle;
            }
        }
    }

    /// <summary>Those who get the batches, and how many batches are on their way to them.</summary>
    sealed class Circle(IBatchConsumer[] consumers)
    {
        readonly TaskCompletionSource _isLeft = new(TaskCreationOptions.RunContinuationsAsynchronously);

        // One for the circle being in force, which its retirement takes away.
        int _users = 1;

        public IBatchConsumer[] Consumers { get; } = consumers;

        public bool TryEnter()
        {
            int users = Volatile.Read(ref _users);
            while (users > 0)
            {
                int found = Interlocked.CompareExchange(ref _users, users + 1, users);
                if (found == users)
                {
                    return true;
                }

                users = found;
            }

            return false;
        }

        public void Leave()
        {
            if (Interlocked.Decrement(ref _users) == 0)
            {
                _isLeft.SetResult();
            }
        }

        public Task RetireAsync()
        {
            Leave();
            return _isLeft.Task;
        }
    }
}
