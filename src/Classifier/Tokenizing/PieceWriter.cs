using System.Text;

namespace Classifier.Tokenizing;

/// <summary>One row of ids, and the word that is being gathered: the plain way, code point by code point.</summary>
ref struct PieceWriter
{
    /// <summary>Code points of the longest word that is looked up; longer ones are <c>[UNK]</c>.</summary>
    public const int WordCountMax = 100;

    const int WordBytesMax = WordCountMax * 4;

    readonly Vocabulary _vocabulary;
    readonly Span<int> _ids;
    readonly Span<int> _word;
    int _wordCount;
    int _sortedFrom;

    /// <param name="vocabulary">Where pieces are looked up.</param>
    /// <param name="ids">The row, without room for <c>[SEP]</c>.</param>
    /// <param name="word">Scratch of <see cref="WordCountMax"/>.</param>
    public PieceWriter(Vocabulary vocabulary, Span<int> ids, Span<int> word)
    {
        _vocabulary = vocabulary;
        _ids = ids;
        _word = word;
    }

    /// <summary>Ids written.</summary>
    public int Count { get; private set; }

    public readonly bool IsFull => Count == _ids.Length;

    public void WriteId(int id)
    {
        if (!IsFull)
        {
            _ids[Count++] = id;
        }
    }

    public void WriteAlone(int codePoint)
    {
        EndWord();
        Append(codePoint);
        EndWord();
    }

    public void Append(int codePoint)
    {
        if (_wordCount < WordCountMax)
        {
            _word[_wordCount] = codePoint;
        }

        _wordCount++;
    }

    /// <summary>Appends a code point that has a combining class where NFD puts it: behind those of its own class and lower ones.</summary>
    public void AppendOrdered(int codePoint)
    {
        Append(codePoint);
        int combiningClass = UnicodeFolding.CombiningClass(codePoint);
        for (int i = _wordCount - 1; i < WordCountMax && i > _sortedFrom && UnicodeFolding.CombiningClass(_word[i - 1]) > combiningClass; i--)
        {
            (_word[i - 1], _word[i]) = (_word[i], _word[i - 1]);
        }
    }

    /// <summary>Nothing that follows is sorted to before this place.</summary>
    public void EndOrder() => _sortedFrom = _wordCount;

    /// <summary>Looks the word up and writes its pieces: greedy, the longest from the left; one <c>[UNK]</c> if any part is missing.</summary>
    public void EndWord()
    {
        int count = _wordCount;
        _wordCount = 0;
        _sortedFrom = 0;
        if (count == 0)
        {
            return;
        }

        int first = Count;
        if (count > WordCountMax || !TryWritePieces(_word[..count]))
        {
            Count = first;
            WriteId(_vocabulary.Unknown);
        }
    }

    bool TryWritePieces(ReadOnlySpan<int> codePoints)
    {
        // "##" stands before the word, so that a continuation is looked up in place once the bytes before it are done with.
        Span<byte> word = stackalloc byte[2 + WordBytesMax];
        int end = 2;
        foreach (int codePoint in codePoints)
        {
            end += new Rune(codePoint).EncodeToUtf8(word[end..]);
        }

        for (int start = 2; start < end;)
        {
            int from = start;
            if (start > 2)
            {
                from -= 2;
                "##"u8.CopyTo(word[from..]);
            }

            int to = Math.Min(end, from + _vocabulary.TokenBytesMax);
            int id = -1;
            while (to > start && ((to < end && IsInside(word[to])) || (id = _vocabulary.Find(word[from..to])) < 0))
            {
                to--;
            }

            if (id < 0)
            {
                return false;
            }

            WriteId(id);
            start = to;
        }

        return true;
    }

    /// <summary>Not the first byte of a code point.</summary>
    static bool IsInside(byte b) => (b & 0xC0) == 0x80;
}
