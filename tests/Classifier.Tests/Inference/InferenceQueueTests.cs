using System.Text;
using Classifier.Caching;
using Classifier.Inference;
using Classifier.Normalizing;
using Classifier.Tests.Shared;
using Tests.Shared;

namespace Classifier.Tests.Inference;

public sealed class InferenceQueueTests
{
    const byte Info = 9;
    const byte Error = 17;

    readonly TemplateCache _cache = new(1_024, long.MaxValue);
    readonly CollectingWaiter _waiter = new(1);
    readonly List<Waiter> _told = [];

    [Fact]
    public void Take_OfSeveralTexts_GivesDeclaredErrorsFirstThenTheOrderOfComing()
    {
        InferenceQueue queue = Queue();
        Offer(queue, "a", Info);
        Offer(queue, "b", Info);
        Offer(queue, "c", Error);
        Offer(queue, "d", Info);
        Offer(queue, "e", Error);
        Assert.Equal("c e a b d", string.Join(' ', Enumerable.Range(0, 5).Select(_ => Take(queue))));
    }

    [Fact]
    public void Offer_OfATextThatIsQueued_QueuesItOnce()
    {
        InferenceQueue queue = Queue();
        Assert.Equal(QueueOutcome.Waiting, Offer(queue, "a", Info, 1));
        Assert.Equal(QueueOutcome.Waiting, Offer(queue, "a", Info, 2));
        Assert.Equal(1, queue.Count);
        Take(queue);
        Assert.Equal(QueueOutcome.Waiting, Offer(queue, "a", Info, 3));
        queue.Complete(Key("a"), _told);
        Assert.Equal([1, 2, 3], _told.Select(waiter => waiter.Index));
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public void Offer_OfAQueuedTextAsAnError_MovesItToTheFront()
    {
        InferenceQueue queue = Queue();
        Offer(queue, "a", Info);
        Offer(queue, "b", Info);
        Offer(queue, "c", Info);
        Offer(queue, "b", Error);
        Assert.Equal("b a c", string.Join(' ', Enumerable.Range(0, 3).Select(_ => Take(queue))));
    }

    [Fact]
    public void Offer_OfATextThatWasAnsweredMeanwhile_SaysSo()
    {
        _cache.Set(Key("a"), new Answer(0, Severity.Info, 1, Category.Routine));
        Assert.Equal(QueueOutcome.Answered, Offer(Queue(), "a", Info));
    }

    [Fact]
    public void Offer_ToAFullQueue_TurnsAwayAllButErrors()
    {
        InferenceQueue queue = Queue(templatesMax: 4, waitTemplatesMax: 2);
        foreach (string text in new[] { "a", "b", "c", "c", "d", "d" })
        {
            Offer(queue, text, Info);
        }

        Assert.Equal(4, queue.Count);
        Assert.Equal(QueueOutcome.TurnedAway, Offer(queue, "e", Info));
        Assert.Equal(QueueOutcome.TurnedAway, Offer(queue, "e", Info));

        // The youngest that nobody waits for, d and then c, give way; a and b have waiters.
        Assert.Equal(QueueOutcome.Waiting, Offer(queue, "f", Error));
        Assert.Equal(QueueOutcome.Waiting, Offer(queue, "g", Error));
        Assert.Equal(QueueOutcome.TurnedAway, Offer(queue, "h", Error));
        Assert.Equal("f g a b", string.Join(' ', Enumerable.Range(0, 4).Select(_ => Take(queue))));
    }

    [Fact]
    public void Offer_BeyondTheTextsThatARecordWaitsFor_TakesATextOnItsSecondSight()
    {
        InferenceQueue queue = Queue(templatesMax: 100, waitTemplatesMax: 2);
        Assert.Equal(QueueOutcome.Waiting, Offer(queue, "a", Info));
        Assert.Equal(QueueOutcome.Waiting, Offer(queue, "b", Info));
        Assert.Equal(QueueOutcome.TurnedAway, Offer(queue, "c", Info));
        Assert.Equal(QueueOutcome.Queued, Offer(queue, "c", Info));
        Assert.Equal(3, queue.Count);
    }

    [Fact]
    public void Offer_WithTooManyWaiters_QueuesWithoutThem()
    {
        InferenceQueue queue = Queue(waitersMax: 2);
        Assert.Equal(QueueOutcome.Waiting, Offer(queue, "a", Info, 1));
        Assert.Equal(QueueOutcome.Waiting, Offer(queue, "b", Info, 2));
        Assert.Equal(QueueOutcome.Queued, Offer(queue, "a", Info, 3));
        Take(queue);
        queue.Complete(Key("a"), _told);
        Assert.Equal(QueueOutcome.Waiting, Offer(queue, "c", Info, 4));
    }

    [Fact]
    public void Close_WithTextsQueuedAndRunning_ReturnsTheWaitersOfEachOnce()
    {
        InferenceQueue queue = Queue();
        Offer(queue, "a", Info, 1);
        Offer(queue, "b", Info, 2);
        Take(queue);
        queue.Close(_told);
        Assert.Equal([2], _told.Select(waiter => waiter.Index));
        queue.Complete(Key("a"), _told);
        Assert.Equal([2, 1], _told.Select(waiter => waiter.Index));
        Assert.Equal(QueueOutcome.TurnedAway, Offer(queue, "c", Info));
        Assert.False(queue.Take(out _, new byte[Normalizer.TextBytesMax], out _));
    }

    [Fact]
    public async Task Close_WhileAWorkerWaits_WakesIt()
    {
        InferenceQueue queue = Queue();
        Task<bool> worker = Task.Run(() => queue.Take(out _, new byte[Normalizer.TextBytesMax], out _));
        queue.Close(_told);
        Assert.False(await worker.WaitAsync(Patience.Long));
    }

    /// <summary>Random offers, takes and completions against a model of the queue: nothing is lost, nothing is told twice, the bounds hold.</summary>
    [Fact]
    public void Offer_TakeAndComplete_InAnyOrder_TellEveryWaiterOnce()
    {
        int seed = Environment.TickCount;
        Random random = new(seed);
        InferenceQueue queue = Queue(templatesMax: 32, waitTemplatesMax: 20, waitersMax: 200);
        List<int> waiting = [];
        List<string> running = [];
        for (int step = 0; step < 50_000; step++)
        {
            int action = random.Next(4);
            if (action < 2)
            {
                if (Offer(queue, $"text {random.Next(60)}", random.Next(4) == 0 ? Error : Info, step) == QueueOutcome.Waiting)
                {
                    waiting.Add(step);
                }
            }
            else if (action == 2 && queue.Count > running.Count)
            {
                running.Add(Take(queue));
            }
            else if (running.Count > 0)
            {
                string done = running[random.Next(running.Count)];
                running.Remove(done);
                queue.Complete(Key(done), _told);
            }

            Assert.True(queue.Count <= 32 && waiting.Count - _told.Count <= 200, $"seed {seed}, step {step}");
        }

        queue.Close(_told);
        running.ForEach(text => queue.Complete(Key(text), _told));
        Assert.Equal(waiting, _told.Select(waiter => waiter.Index).Order());
    }

    static TemplateKey Key(string text) => TemplateKey.Of(Encoding.UTF8.GetBytes(text));

    static string Take(InferenceQueue queue)
    {
        byte[] text = new byte[Normalizer.TextBytesMax];
        Assert.True(queue.Take(out TemplateKey key, text, out int length));
        string taken = Encoding.UTF8.GetString(text, 0, length);
        Assert.Equal(Key(taken), key);
        return taken;
    }

    InferenceQueue Queue(int templatesMax = 100, int waitTemplatesMax = 100, int waitersMax = 1_000) =>
        new(_cache, templatesMax, waitTemplatesMax, waitersMax);

    QueueOutcome Offer(InferenceQueue queue, string text, byte declaredSeverity, int index = 0) =>
        queue.Offer(Key(text), Encoding.UTF8.GetBytes(text), declaredSeverity, _waiter, index);
}
