using System.Collections.Concurrent;
using Tests.Shared;

namespace Classifier.Tests.Shared;

/// <summary>Keeps what it is told, and lets a test wait until it was told enough.</summary>
sealed class CollectingWaiter(int expected) : IVerdictWaiter
{
    static readonly TimeSpan Deadline = Patience.Long;

    readonly ConcurrentDictionary<int, Verdict> _verdicts = [];
    readonly CountdownEvent _left = new(Math.Max(1, expected));

    public IReadOnlyDictionary<int, Verdict> Verdicts => _verdicts;

    public int ToldTwice { get; private set; }

    public void OnVerdict(int index, in Verdict verdict)
    {
        if (!_verdicts.TryAdd(index, verdict))
        {
            ToldTwice++;
        }

        _left.Signal();
    }

    public void Wait() => Assert.True(_left.Wait(Deadline), $"{_left.CurrentCount} verdicts are missing");
}
