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
    /// <summary>Records of a chunk: enough that their looks into the cache overlap. 8 were slower, 64 no faster.</summary>
    internal const int ChunkRecordsMax = 32;

    readonly InferenceStatistics _statistics = new();

    // Of every model: what a text normalises to does not depend on it.
    readonly OutlineCache? _outlines = Outline.IsSupported ? new OutlineCache() : null;

    // Null while no model is loaded.
    ModelEngine? _engine;

    /// <summary>The verdicts on a batch of records, at once. Hot: allocates nothing for templates that are known.</summary>
    /// <param name="records">The texts; <see cref="IClassifierInput.DeclaredSeverity"/> is the fallback, and the priority in the inference queue.</param>
    /// <param name="waiter">Who is told when a new text has its verdict, with the record's index; null to take the fallback at once.</param>
    /// <param name="verdicts">One a record. The pending ones hold the fallback until the waiter is told, which may be before this returns.</param>
    /// <returns>Records that are pending: the waiter is told once for each.</returns>
    public int Classify<TInput>(TInput records, IVerdictWaiter? waiter, Span<Verdict> verdicts)
        where TInput : struct, IClassifierInput, allows ref struct
    {
        int pending = 0;
        for (int first = 0; first < verdicts.Length; first += ChunkRecordsMax)
        {
            Span<Verdict> chunk = verdicts[first..Math.Min(first + ChunkRecordsMax, verdicts.Length)];
            pending += ClassifyChunk(ref records, first, waiter, chunk);
        }

        return pending;
    }

    /// <summary>The verdict on one record, from the model if need be, on the calling thread: for tools that have the time.</summary>
    /// <param name="app">App name, may be empty; any bytes.</param>
    /// <param name="body">Message text; any bytes.</param>
    /// <param name="declaredSeverity">OTel SeverityNumber 0 to 24 that the sender declared: the fallback.</param>
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

    /// <summary>
    /// In steps over some records at a time: their keys, then all the looks into the cache, which wait for memory side by side, then the verdicts.
    /// </summary>
    /// <returns>Records that are pending.</returns>
    [SkipLocalsInit]
    int ClassifyChunk<TInput>(scoped ref TInput records, int first, IVerdictWaiter? waiter, Span<Verdict> verdicts)
        where TInput : struct, IClassifierInput, allows ref struct
    {
        Span<TemplateKey> keys = stackalloc TemplateKey[ChunkRecordsMax];
        Span<Answer> answers = stackalloc Answer[ChunkRecordsMax];
        keys = keys[..verdicts.Length];
        answers = answers[..verdicts.Length];
        FindKeys(ref records, first, keys);
        ModelEngine? engine = Volatile.Read(ref _engine);
        if (engine is null)
        {
            answers.Clear();
        }
        else
        {
            _statistics.Count(Counter.Hit, engine.Cache.TryGetAll(keys, answers));
        }

        float threshold = engine?.Threshold ?? 0;
        int pending = 0;
        for (int i = 0; i < answers.Length; i++)
        {
            if (!answers[i].IsNone)
            {
                verdicts[i] = answers[i].ToVerdict(threshold, keys[i]);
            }
            else if (ClassifyCore(engine, keys[i], ref records, first + i, waiter, out verdicts[i]))
            {
                pending++;
            }
        }

        return pending;
    }

    /// <summary>The template keys of some records: from their outlines, or from their texts where an outline is new.</summary>
    [SkipLocalsInit]
    void FindKeys<TInput>(scoped ref TInput records, int first, scoped Span<TemplateKey> keys)
        where TInput : struct, IClassifierInput, allows ref struct
    {
        if (_outlines is null)
        {
            for (int i = 0; i < keys.Length; i++)
            {
                keys[i] = KeyOf(ref records, first + i);
            }

            return;
        }

        Span<OutlineKey> outlines = stackalloc OutlineKey[ChunkRecordsMax];
        for (int i = 0; i < keys.Length; i++)
        {
            outlines[i] = Outline.Of(records.App(first + i), records.Body(first + i), in _outlines.Secret);
            _outlines.Fetch(outlines[i]);
        }

        for (int i = 0; i < keys.Length; i++)
        {
            if (!_outlines.TryGet(outlines[i], out keys[i]))
            {
                keys[i] = KeyOf(ref records, first + i);
                _outlines.Set(outlines[i], keys[i]);
            }
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining)]
    static TemplateKey KeyOf<TInput>(scoped ref TInput records, int index)
        where TInput : struct, IClassifierInput, allows ref struct
    {
        Span<byte> text = stackalloc byte[Normalizer.TextBytesMax];
        return TemplateKey.Of(text[..Normalizer.Normalize(records.App(index), records.Body(index), text)]);
    }

    /// <returns>Whether the record waits.</returns>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining)]
    bool ClassifyCore<TInput>(
        ModelEngine? engine, in TemplateKey key, scoped ref TInput records, int index, IVerdictWaiter? waiter, out Verdict verdict)
        where TInput : struct, IClassifierInput, allows ref struct
    {
        byte declaredSeverity = records.DeclaredSeverity(index);
        verdict = DeclaredSeverity.Fallback(declaredSeverity) with { TemplateId = key.High };
        if (engine is not null)
        {
            Span<byte> buffer = stackalloc byte[Normalizer.TextBytesMax];
            ReadOnlySpan<byte> text = buffer[..Normalizer.Normalize(records.App(index), records.Body(index), buffer)];
            QueueOutcome outcome = engine.Queue.Offer(key, text, declaredSeverity, waiter, index);
            if (outcome is QueueOutcome.Waiting or QueueOutcome.Queued)
            {
                engine.Examples.Add(key, records.App(index), records.Body(index), engine.Cache.Minutes);
            }

            switch (outcome)
            {
                case QueueOutcome.Waiting:
                    _statistics.Count(Counter.Miss);
                    return true;

                case QueueOutcome.Answered when engine.Cache.TryGet(key, out Answer answer):
                    _statistics.Count(Counter.Hit);
                    verdict = answer.ToVerdict(engine.Threshold, key);
                    return false;

                case QueueOutcome.TurnedAway:
                    _statistics.Count(Counter.TurnedAway);
                    break;
            }

            _statistics.Count(Counter.Miss);
        }

        _statistics.Count(Counter.FallbackVerdict);
        return false;
    }
}
