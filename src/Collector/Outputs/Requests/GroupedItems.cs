using Collector.Outputs.Formats;

namespace Collector.Outputs.Requests;

/// <summary>Encoded records, gathered by the group that they belong to in a request; in a group they keep their order.</summary>
/// <remarks>Used by one task; allocates nothing in steady state.</remarks>
sealed class GroupedItems : IDisposable
{
    // A buffer that one strange record has blown up is not kept for good.
    const int KeptBytesMax = 16 << 20;

    (int Start, int Length, int Next)[] _items = new (int, int, int)[1024];
    (int First, int Last, int Count)[] _groups = new (int, int, int)[64];
    int _itemCount;

    /// <summary>Records are appended here, then told with <see cref="Add"/>.</summary>
    public PayloadBuffer Bytes { get; private set; } = new();

    /// <summary>Groups so far; some may be empty.</summary>
    public int GroupCount { get; private set; }

    public void Clear()
    {
        _itemCount = 0;
        GroupCount = 0;
        if (Bytes.Length > KeptBytesMax)
        {
            Bytes.Dispose();
            Bytes = new PayloadBuffer();
        }

        Bytes.Clear();
    }

    public int AddGroup()
    {
        if (GroupCount == _groups.Length)
        {
            Array.Resize(ref _groups, GroupCount * 2);
        }

        _groups[GroupCount] = (-1, -1, 0);
        return GroupCount++;
    }

    /// <summary>Adds what was appended from <paramref name="start"/> on to a group.</summary>
    public void Add(int group, int start)
    {
        if (_itemCount == _items.Length)
        {
            Array.Resize(ref _items, _itemCount * 2);
        }

        int length = Bytes.Length - start;
        _items[_itemCount] = (start, length, -1);
        ref (int First, int Last, int Count) entry = ref _groups[group];
        if (entry.First < 0)
        {
            entry.First = _itemCount;
        }
        else
        {
            _items[entry.Last].Next = _itemCount;
        }

        entry.Last = _itemCount++;
        entry.Count++;
    }

    /// <summary>Items of a group.</summary>
    public int CountOf(int group) => _groups[group].Count;

    /// <summary>Goes to the next item of a group.</summary>
    /// <param name="group">Of <see cref="AddGroup"/>.</param>
    /// <param name="at">Start with -1.</param>
    /// <param name="item">Good until the next append.</param>
    public bool TryNext(int group, ref int at, out ReadOnlySpan<byte> item)
    {
        at = at < 0 ? _groups[group].First : _items[at].Next;
        if (at < 0)
        {
            item = default;
            return false;
        }

        item = Bytes.Span.Slice(_items[at].Start, _items[at].Length);
        return true;
    }

    public void Dispose() => Bytes.Dispose();
}
