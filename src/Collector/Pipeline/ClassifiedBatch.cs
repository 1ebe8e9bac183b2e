using Classifier;
using Receivers;

namespace Collector.Pipeline;

/// <summary>A batch on its way through the appliance: the records, and beside each its verdict.</summary>
/// <remarks>
/// The verdicts are not in <see cref="LogRecord"/>, because what comes in knows nothing of what it means. Written by the pipeline until the batch
/// goes to the outputs, read by any number of them afterwards.
/// </remarks>
sealed class ClassifiedBatch : RecordBatch
{
    readonly Ledger _ledger;
    readonly Lock _lossLock = new();
    Verdict[] _verdicts = [];
    int _lost;
    string _lostStage = "";
    string _lostReason = "";

    public ClassifiedBatch(RecordBatchPool pool, int bufferBytes, Ledger ledger)
        : base(pool, bufferBytes) => _ledger = ledger;

    /// <summary>One verdict a record, in the same order.</summary>
    public Span<Verdict> Verdicts => _verdicts.AsSpan(0, Count);

    /// <summary>Name of the model that the verdicts come from; empty when none is loaded.</summary>
    public string Model { get; set; } = "";

    /// <summary>Makes room for a verdict a record. Called once the records are complete.</summary>
    public void PrepareVerdicts()
    {
        if (_verdicts.Length < Count)
        {
            _verdicts = new Verdict[Math.Max(Count, 64)];
        }
    }

    /// <summary>An output gives up on some of the records. Of several outputs the largest loss counts, so that no record is in two columns.</summary>
    public void Lose(int records, string stage, string reason)
    {
        lock (_lossLock)
        {
            if (records > _lost)
            {
                (_lost, _lostStage, _lostReason) = (records, stage, reason);
            }
        }
    }

    protected override int OnReleased()
    {
        int lost = _lost;
        if (lost > 0)
        {
            _ledger.Drop(lost, _lostStage, _lostReason);
        }

        _ledger.Deliver(Count - lost);
        return lost;
    }

    protected override void Clear()
    {
        _lost = 0;
        base.Clear();
    }
}
