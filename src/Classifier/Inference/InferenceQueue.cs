using System.Diagnostics;
using Classifier.Caching;

namespace Classifier.Inference;

/// <summary>New texts on their way to the model: each once, declared errors first, bounded, with the records that wait for each.</summary>
/// <remarks>
/// Full means: the text is turned away and its record takes the fallback verdict; a declared error pushes out the youngest text of the other class that
/// nobody waits for. One lock, taken for texts that are not in the cache only. Safe on any thread.
/// </remarks>
sealed class InferenceQueue
{
    /// <summary>SeverityNumber of error: from here on a text goes first.</summary>
    public const byte UrgentSeverityNumber = 17;

    // A burst of one new line from every host must not get fallback verdicts while the model looks at it for 3 ms.
    const int WaitersPerTextMax = 4_096;

    // Longer buffers are not kept when their text is done, so that one flood of long lines is not paid for ever.
    const int KeptTextBytesMax = 256;

    const int None = -1;

    readonly object _lock = new();
    readonly Dictionary<TemplateKey, int> _places = [];
    readonly SeenBefore _seen = new();
    readonly TemplateCache _cache;
    readonly int _templatesMax;
    readonly int _waitTemplatesMax;
    readonly int _waitersMax;
    readonly Stack<int> _free = [];
    Line _urgent;
    Line _usual;
    Place[] _all = [];
    int _waiters;
    bool _isClosed;

    /// <param name="cache">Where answers are put before <see cref="Complete"/> is called.</param>
    /// <param name="templatesMax">Texts at most, those being run included.</param>
    /// <param name="waitTemplatesMax">Texts ahead of one that a record may still wait for.</param>
    /// <param name="waitersMax">Waiting records at most.</param>
    public InferenceQueue(TemplateCache cache, int templatesMax, int waitTemplatesMax, int waitersMax)
    {
        _cache = cache;
        _templatesMax = templatesMax;
        _waitTemplatesMax = waitTemplatesMax;
        _waitersMax = waitersMax;
    }

    enum State : byte
    {
        Free,
        Usual,
        Urgent,
        Running,
    }

    /// <summary>Texts queued or being run.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _places.Count;
            }
        }
    }

    /// <summary>Offers a text that was not in the cache.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="text">Normalised; copied.</param>
    /// <param name="declaredSeverity">OTel SeverityNumber of the record.</param>
    /// <param name="target">Who waits; null for nobody.</param>
    /// <param name="index">For the waiter.</param>
    public QueueOutcome Offer(in TemplateKey key, ReadOnlySpan<byte> text, byte declaredSeverity, IVerdictWaiter? target, int index)
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                return QueueOutcome.TurnedAway;
            }

            bool isUrgent = declaredSeverity >= UrgentSeverityNumber;
            if (!_places.TryGetValue(key, out int place))
            {
                // Between the caller's look into the cache and this lock a worker may have put it there and left.
                if (_cache.TryPeek(key, out _))
                {
                    return QueueOutcome.Answered;
                }

                if (!TryEnter(key, text, isUrgent, out place))
                {
                    return QueueOutcome.TurnedAway;
                }
            }
            else if (isUrgent && _all[place].State == State.Usual)
            {
                Unlink(place);
                Link(place, State.Urgent);
            }

            return target is not null && TryWait(place, new Waiter(target, index, declaredSeverity, key.High)) ? QueueOutcome.Waiting : QueueOutcome.Queued;
        }
    }

    /// <summary>Waits for a text to run and takes it. It stays known to <see cref="Offer"/> until <see cref="Complete"/>.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="text">The caller's buffer, long enough for every text.</param>
    /// <param name="length">Bytes written to it.</param>
    /// <returns>False when the queue is closed.</returns>
    public bool Take(out TemplateKey key, Span<byte> text, out int length)
    {
        lock (_lock)
        {
            while (!_isClosed && _urgent.Count + _usual.Count == 0)
            {
                Monitor.Wait(_lock);
            }

            if (_isClosed)
            {
                (key, length) = (default, 0);
                return false;
            }

            int first = _urgent.Count > 0 ? _urgent.First : _usual.First;
            ref Place place = ref _all[first];
            LineOf(place.State).Taken = place.Ticket;
            Unlink(first);
            place.State = State.Running;
            key = place.Key;
            length = place.Length;
            place.Text.AsSpan(0, length).CopyTo(text);
            return true;
        }
    }

    /// <summary>Forgets a text that was taken; its answer is in the cache, or there is none to be had.</summary>
    /// <param name="key">Of the text.</param>
    /// <param name="waiters">Receives those who waited, in the order in which they came. The caller tells them, outside of the lock.</param>
    public void Complete(in TemplateKey key, List<Waiter> waiters)
    {
        lock (_lock)
        {
            if (_places.Remove(key, out int place))
            {
                Leave(place, waiters);
            }
        }
    }

    /// <summary>Ends all: <see cref="Take"/> answers false, <see cref="Offer"/> turns away.</summary>
    /// <param name="waiters">Receives those whose text will not be run. Texts that are being run keep theirs.</param>
    public void Close(List<Waiter> waiters)
    {
        lock (_lock)
        {
            _isClosed = true;
            foreach ((TemplateKey key, int place) in _places)
            {
                if (_all[place].State != State.Running)
                {
                    Unlink(place);
                    _places.Remove(key);
                    Leave(place, waiters);
                }
            }

            Monitor.PulseAll(_lock);
        }
    }

    bool TryEnter(in TemplateKey key, ReadOnlySpan<byte> text, bool isUrgent, out int place)
    {
        place = None;
        int ahead = isUrgent ? _urgent.Count : _urgent.Count + _usual.Count;
        if ((ahead >= _waitTemplatesMax && !_seen.CheckAndAdd(key)) || (_places.Count >= _templatesMax && !(isUrgent && TryPushOut())))
        {
            return false;
        }

        if (!_free.TryPop(out place))
        {
            place = _places.Count;
            if (place == _all.Length)
            {
                Array.Resize(ref _all, Math.Min(_templatesMax, Math.Max(64, _all.Length * 2)));
            }
        }

        ref Place added = ref _all[place];
        added.Key = key;
        if (added.Text is null || added.Text.Length < text.Length)
        {
            added.Text = new byte[Math.Max(128, text.Length)];
        }

        text.CopyTo(added.Text);
        added.Length = text.Length;
        _places.Add(key, place);
        Link(place, isUrgent ? State.Urgent : State.Usual);
        Monitor.Pulse(_lock);
        return true;
    }

    /// <summary>Makes room for a declared error.</summary>
    bool TryPushOut()
    {
        int last = _usual.Last;
        if (_usual.Count == 0 || _all[last].Waiters is { Count: > 0 })
        {
            return false;
        }

        Unlink(last);
        _places.Remove(_all[last].Key);
        Leave(last, []);
        return true;
    }

    bool TryWait(int index, Waiter waiter)
    {
        ref Place place = ref _all[index];
        long ahead = place.State switch
        {
            State.Running => 0,
            State.Urgent => place.Ticket - _urgent.Taken,
            _ => place.Ticket - _usual.Taken + _urgent.Count,
        };
        place.Waiters ??= [];
        if (ahead > _waitTemplatesMax || _waiters >= _waitersMax || place.Waiters.Count >= WaitersPerTextMax)
        {
            return false;
        }

        place.Waiters.Add(waiter);
        _waiters++;
        return true;
    }

    void Leave(int index, List<Waiter> waiters)
    {
        ref Place place = ref _all[index];
        place.State = State.Free;
        if (place.Waiters is { Count: > 0 } told)
        {
            _waiters -= told.Count;
            waiters.AddRange(told);
            told.Clear();

            // As with texts: what a burst needed is not kept.
            place.Waiters = told.Capacity > 64 ? null : told;
        }

        if (place.Text is { Length: > KeptTextBytesMax })
        {
            place.Text = null;
        }

        _free.Push(index);
    }

    void Link(int index, State state)
    {
        ref Place place = ref _all[index];
        ref Line line = ref LineOf(state);
        place.State = state;
        place.Ticket = ++line.Tickets;
        place.Next = None;
        place.Previous = line.Count > 0 ? line.Last : None;
        if (line.Count == 0)
        {
            line.First = index;
        }
        else
        {
            _all[line.Last].Next = index;
        }

        line.Last = index;
        line.Count++;
    }

    void Unlink(int index)
    {
        Place place = _all[index];
        ref Line line = ref LineOf(place.State);
        if (place.Previous == None)
        {
            line.First = place.Next;
        }
        else
        {
            _all[place.Previous].Next = place.Next;
        }

        if (place.Next == None)
        {
            line.Last = place.Previous;
        }
        else
        {
            _all[place.Next].Previous = place.Previous;
        }

        line.Count--;
        Debug.Assert(line.Count >= 0, "unlinked twice");
    }

    ref Line LineOf(State state) => ref state == State.Urgent ? ref _urgent : ref _usual;

    /// <summary>First come, first served; tickets tell how far from the front a text is.</summary>
    struct Line
    {
        public int First;
        public int Last;
        public int Count;
        public long Tickets;
        public long Taken;
    }

    struct Place
    {
        public TemplateKey Key;
        public byte[]? Text;
        public List<Waiter>? Waiters;
        public long Ticket;
        public int Length;
        public int Next;
        public int Previous;
        public State State;
    }
}
