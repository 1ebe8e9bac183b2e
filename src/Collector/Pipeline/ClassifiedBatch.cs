using System.Runtime.CompilerServices;
using Classifier;
using Receivers;

namespace Collector.Pipeline;

/// <summary>A batch on its way through the appliance: the records, and beside each its verdict.</summary>
/// <remarks>
/// The verdicts are not in <see cref="LogRecord"/>, because what comes in knows nothing of what it means. Written by the pipeline until the batch
/// goes to the outputs, read by any number of them afterwards.
/// </remarks>
sealed partial class ClassifiedBatch : RecordBatch
{
    readonly Ledger? _ledger;
    readonly Lock _lossLock = new();
    Verdict[] _verdicts = [];
    int _lost;
    string _lostStage = "";
    string _lostReason = "";
    BatchBooks? _books;

    /// <param name="pool">Where it returns to.</param>
    /// <param name="bufferBytes">Size of its buffer.</param>
    /// <param name="ledger">Closed when the batch ends; null for copies, whose records are in the books of the batches they were copied from.</param>
    public ClassifiedBatch(RecordBatchPool pool, int bufferBytes, Ledger? ledger)
        : base(pool, bufferBytes) => _ledger = ledger;

    /// <summary>One verdict a record, in the same order.</summary>
    public Span<Verdict> Verdicts => _verdicts.AsSpan(0, Count);

    /// <summary>Name of the model that the verdicts come from; empty when none is loaded.</summary>
    public string Model { get; set; } = "";

    /// <inheritdoc/>
    public override long MemoryBytes => base.MemoryBytes + ((long)_verdicts.Length * Unsafe.SizeOf<Verdict>());

    /// <summary>Makes room for a verdict a record. Called once the records are complete.</summary>
    public void PrepareVerdicts()
    {
        if (_verdicts.Length < Count)
        {
            // An eighth more than are needed: the next time there may be some more.
            _verdicts = new Verdict[Math.Max(Count + (Count / 8), 64)];
        }
    }

    /// <summary>An output gives up on some of the records. Of several outputs the largest loss counts, so that no record is in two columns.</summary>
    public void Lose(int records, string stage, string reason)
    {
        lock (_lossLock)
        {
            if (_books is not null)
            {
                _books.Lose(records, stage, reason);
            }
            else if (records > _lost)
            {
                (_lost, _lostStage, _lostReason) = (records, stage, reason);
            }
        }
    }

    /// <summary>For who copies the records and gives the batch back: ledger and acknowledgement then wait for these books too.</summary>
    /// <returns>Books that the caller releases once. Allocates for the first caller.</returns>
    public BatchBooks ShareBooks()
    {
        lock (_lossLock)
        {
            if (_books is null)
            {
                _books = new BatchBooks(_ledger, Count, Acknowledgement);
                if (_lost > 0)
                {
                    _books.Lose(_lost, _lostStage, _lostReason);
                }
            }

            _books.Retain();
            return _books;
        }
    }

    protected override int OnReleased()
    {
        if (_books is not null)
        {
            // The books close when the last copy has gone where it had to go.
            Acknowledgement = null;
            _books.Release();
            return 0;
        }

        int lost = _lost;
        if (lost > 0)
        {
            _ledger?.Drop(lost, _lostStage, _lostReason);
        }

        _ledger?.Deliver(Count - lost);
        return lost;
    }

    protected override void Clear()
    {
        _lost = 0;
        _books = null;
        base.Clear();
    }
}
