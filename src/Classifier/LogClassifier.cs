using System.Runtime.CompilerServices;
using Classifier.Caching;
using Classifier.Inference;
using Classifier.Normalizing;
using Counter = Classifier.Inference.InferenceStatistics.Counter;

namespace Classifier;

/// <summary>Text in, verdict out: normalise, look up the template, and ask the model about every text that is new.</summary>
/// <remarks>
/// <para>All members are safe on any thread. This file is what happens for each record; making, starting and stopping is in <c>LogClassifier.Lifetime.cs</c>.</para>
/// <para>The same text has the same verdict on every thread, at every load and after a restart: each text runs alone, and every verdict is made from the
/// same stored bits.</para>
/// </remarks>
public sealed partial class LogClassifier : IAsyncDisposable
{
    readonly InferenceStatistics _statistics = new();

    // Null while no model is loaded.
    ModelEngine? _engine;

    /// <summary>The verdict on one record, at once. Hot: allocates nothing when the template is known.</summary>
    /// <param name="app">App name, may be empty; any bytes.</param>
    /// <param name="body">Message text; any bytes.</param>
    /// <param name="declaredSeverity">OTel SeverityNumber 0 to 24 that the sender declared: the fallback, and the priority in the inference queue.</param>
    /// <param name="waiter">Who is told when a new text has its verdict; null to take the fallback at once.</param>
    /// <param name="index">Handed back to the waiter.</param>
    /// <param name="verdict">The verdict, or the fallback for now.</param>
    [SkipLocalsInit]
    public ClassifyStatus Classify(
        ReadOnlySpan<byte> app, ReadOnlySpan<byte> body, byte declaredSeverity, IVerdictWaiter? waiter, int index, out Verdict verdict)
    {
        Span<byte> buffer = stackalloc byte[Normalizer.TextBytesMax];
        Span<byte> text = buffer[..Normalizer.Normalize(app, body, buffer)];
        TemplateKey key = TemplateKey.Of(text);
        ModelEngine? engine = Volatile.Read(ref _engine);
        if (engine is not null && engine.Cache.TryGet(key, out Answer answer))
        {
            _statistics.Count(Counter.Hit);
            verdict = answer.ToVerdict(engine.Threshold, key);
            return ClassifyStatus.Known;
        }

        return ClassifyCore(engine, key, text, app, body, declaredSeverity, waiter, index, out verdict);
    }

    /// <summary>The verdict on one record, from the model if need be, on the calling thread: for tools that have the time.</summary>
    /// <inheritdoc cref="Classify"/>
    [SkipLocalsInit]
    public Verdict ClassifyNow(ReadOnlySpan<byte> app, ReadOnlySpan<byte> body, byte declaredSeverity)
    {
        Span<byte> buffer = stackalloc byte[Normalizer.TextBytesMax];
        Span<byte> text = buffer[..Normalizer.Normalize(app, body, buffer)];
        TemplateKey key = TemplateKey.Of(text);
        ModelEngine? engine = Volatile.Read(ref _engine);
        if (engine is not null)
        {
            if (engine.Cache.TryGet(key, out Answer answer))
            {
                _statistics.Count(Counter.Hit);
                return answer.ToVerdict(engine.Threshold, key);
            }

            _statistics.Count(Counter.Miss);
            engine.Examples.Add(key, app, body, engine.Cache.Minutes);
            answer = engine.Ask(key, text);
            if (!answer.IsNone)
            {
                _statistics.Count(Counter.ModelVerdict);
                return answer.ToVerdict(engine.Threshold, key);
            }
        }

        _statistics.Count(Counter.FallbackVerdict);
        return DeclaredSeverity.Fallback(declaredSeverity) with { TemplateId = key.High };
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    ClassifyStatus ClassifyCore(
        ModelEngine? engine,
        in TemplateKey key,
        ReadOnlySpan<byte> text,
        ReadOnlySpan<byte> app,
        ReadOnlySpan<byte> body,
        byte declaredSeverity,
        IVerdictWaiter? waiter,
        int index,
        out Verdict verdict)
    {
        verdict = DeclaredSeverity.Fallback(declaredSeverity) with { TemplateId = key.High };
        if (engine is not null)
        {
            QueueOutcome outcome = engine.Queue.Offer(key, text, declaredSeverity, waiter, index);
            if (outcome is QueueOutcome.Waiting or QueueOutcome.Queued)
            {
                engine.Examples.Add(key, app, body, engine.Cache.Minutes);
            }

            switch (outcome)
            {
                case QueueOutcome.Waiting:
                    _statistics.Count(Counter.Miss);
                    return ClassifyStatus.Pending;

                case QueueOutcome.Answered when engine.Cache.TryGet(key, out Answer answer):
                    _statistics.Count(Counter.Hit);
                    verdict = answer.ToVerdict(engine.Threshold, key);
                    return ClassifyStatus.Known;

                case QueueOutcome.TurnedAway:
                    _statistics.Count(Counter.TurnedAway);
                    break;
            }

            _statistics.Count(Counter.Miss);
        }

        _statistics.Count(Counter.FallbackVerdict);
        return ClassifyStatus.Fallback;
    }
}
