using System.Buffers;
using System.Diagnostics;
using Collector.Pipeline;

namespace Collector.Outputs;

/// <summary>One unit of work of an output: a whole batch, or a pack into which records of many batches were copied.</summary>
/// <remarks>Guarded by the lock of its queue until it is taken out to be sent, then used by the consumer alone.</remarks>
sealed class QueueEntry
{
    readonly List<Piece> _pieces = [];
    Ledger? _ledger;
    int _owned;
    int[]? _indices;
    bool _isRented;
    int _lost;

    public ClassifiedBatch Batch { get; private set; } = null!;

    public int Count { get; private set; }

    public ReadOnlyMemory<int> Selected => _indices.AsMemory(0, Count);

    /// <summary>Memory held, as the queue counts it.</summary>
    public long Bytes { get; private set; }

    /// <summary>Clock reading of when the first record came in.</summary>
    public long EnteredAt { get; private set; }

    /// <summary>A copy that can take more; false when it holds a batch of the pipeline.</summary>
    public bool IsPack { get; private set; }

    /// <summary>Read from the spool: its records are in no batch's books.</summary>
    public bool IsSpooled { get; private set; }

    /// <summary>Holds the batch; the caller's own reference stays with the caller.</summary>
    public void Hold(ClassifiedBatch batch, int[] indices, bool isRented, int count, long now)
    {
        batch.Retain();
        (Batch, _indices, _isRented, Count, EnteredAt, IsPack) = (batch, indices, isRented, count, now, false);
        Bytes = batch.MemoryBytes;
    }

    public void StartPack(ClassifiedBatch pack, ClassifiedBatch first, long now)
    {
        pack.CopyHeader(first);
        (Batch, _isRented, Count, EnteredAt, IsPack) = (pack, false, 0, now, true);
        Bytes = pack.MemoryBytes;
    }

    /// <summary>Takes over a batch that was read from the spool.</summary>
    /// <param name="batch">Owned from now on.</param>
    /// <param name="enteredAt">Clock reading of when its first record came to the output.</param>
    /// <param name="owned">How many of its records are to be closed in the ledger.</param>
    /// <param name="ledger">The ledger.</param>
    public void Load(ClassifiedBatch batch, long enteredAt, int owned, Ledger? ledger)
    {
        (Batch, Count, EnteredAt, IsPack, IsSpooled, _owned, _ledger) = (batch, batch.Count, enteredAt, false, true, owned, ledger);
        (_indices, _isRented) = (Identity.Upto(Count), false);
        Bytes = batch.MemoryBytes;
    }

    /// <summary>Its records are being written to disk: says in the books how many.</summary>
    /// <returns>How many of them the spool is to close in the ledger.</returns>
    public int MoveToSpool()
    {
        if (!IsPack && _pieces.Count == 0)
        {
            _pieces.Add(new Piece(Batch.ShareBooks(), Count, 0));
        }

        // Which records of a pack are done already is not said: the first ones, as with losses.
        int left = Count;
        int owned = 0;
        for (int i = _pieces.Count - 1; i >= 0 && left > 0; i--)
        {
            Piece piece = _pieces[i];
            int records = Math.Min(left, piece.Records);
            int moved = piece.Books.MoveToSpool(records);
            _pieces[i] = piece with { Moved = moved };
            left -= records;
            owned += moved;
        }

        return owned;
    }

    /// <summary>They were not written after all.</summary>
    public void TakeBack()
    {
        for (int i = 0; i < _pieces.Count; i++)
        {
            _pieces[i].Books.TakeBack(_pieces[i].Moved);
            _pieces[i] = _pieces[i] with { Moved = 0 };
        }
    }

    /// <summary>Copies all records of the selection, or none: the books of a batch count one loss an output.</summary>
    /// <param name="batch">One that <see cref="ClassifiedBatch.CanHold"/> agrees to.</param>
    /// <param name="indices">Of the records.</param>
    /// <param name="bytes"><see cref="ClassifiedBatch.CopyBytes(ReadOnlySpan{int})"/> of them.</param>
    /// <param name="recordsMax">Records in a pack.</param>
    /// <returns>False: no room; nothing was changed.</returns>
    public bool TryPack(ClassifiedBatch batch, ReadOnlySpan<int> indices, long bytes, int recordsMax)
    {
        Debug.Assert(IsPack, "not a pack");
        if (bytes > Batch.Buffer.Length - Batch.BytesUsed || Count + indices.Length > recordsMax)
        {
            return false;
        }

        foreach (int index in indices)
        {
            Batch.AddCopy(batch, index);
        }

        Batch.EndCopy();
        _pieces.Add(new Piece(batch.ShareBooks(), indices.Length, 0));
        Count = Batch.Count;
        _indices = Identity.Upto(Count);
        // What a small batch leaves behind: its books and their place in the list.
        Bytes = Batch.MemoryBytes + (_pieces.Count * 128L);
        return true;
    }

    /// <summary>From now on only these records are to be sent; the others are done.</summary>
    /// <param name="left">Some of <see cref="Selected"/>, ascending.</param>
    /// <param name="lost">How many of the others did not get there.</param>
    public void Narrow(ReadOnlySpan<int> left, int lost)
    {
        Debug.Assert(left.Length <= Count, "more left than there were");
        if (!_isRented)
        {
            _indices = ArrayPool<int>.Shared.Rent(left.Length);
            _isRented = true;
        }

        left.CopyTo(_indices);
        Count = left.Length;
        _lost += lost;
    }

    /// <summary>Closes the books of all records and gives the memory back.</summary>
    /// <param name="lost">Records of <see cref="Selected"/> that did not get there; which ones is not said, so the first are taken.</param>
    /// <param name="stage">Column of the ledger.</param>
    /// <param name="reason">Column of the ledger.</param>
    public void Finish(int lost, string stage, string reason)
    {
        lost += _lost;
        _lost = 0;
        if (IsSpooled)
        {
            int lostHere = Math.Min(lost, _owned);
            if (lostHere > 0)
            {
                _ledger?.Drop(lostHere, stage, reason);
            }

            _ledger?.Deliver(_owned - lostHere);
            Abandon();
            return;
        }

        if (!IsPack && lost > 0)
        {
            Batch.Lose(lost, stage, reason);
        }

        foreach ((BatchBooks books, int records, int _) in _pieces)
        {
            int share = Math.Min(lost, records);
            if (share > 0)
            {
                books.Lose(share, stage, reason);
                lost -= share;
            }

            books.Release();
        }

        _pieces.Clear();
        Abandon();
    }

    /// <summary>Gives the memory back and leaves the books as they are: of what is on disk and will be read again.</summary>
    public void Abandon()
    {
        if (_isRented)
        {
            ArrayPool<int>.Shared.Return(_indices!);
        }

        (_indices, _isRented, _lost) = (null, false, 0);
        Batch.Release();
        Batch = null!;
    }

    /// <summary>Records of one batch, and how many of them the spool closes in the ledger.</summary>
    readonly record struct Piece(BatchBooks Books, int Records, int Moved);
}
