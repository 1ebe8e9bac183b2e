namespace Classifier.Tokenizing;

/// <summary>What BERT's uncased rules do to a code point.</summary>
enum FoldKind : byte
{
    /// <summary>Part of a word as it is, or after folding.</summary>
    Keep,

    /// <summary>Vanishes before anything else looks at it.</summary>
    Drop,

    /// <summary>Ends a word.</summary>
    Space,

    /// <summary>CJK: a word of its own.</summary>
    Ideograph,

    /// <summary>A word of its own.</summary>
    Punctuation,

    /// <summary>Combining mark (<c>Mn</c>), dropped after NFD.</summary>
    Mark,

    /// <summary>Mark of combining class 0: dropped too, and marks are not reordered across it.</summary>
    MarkStarter,

    /// <summary>Decomposes by arithmetic.</summary>
    HangulSyllable,

    /// <summary>Kept, and NFD sorts it by its combining class.</summary>
    Ordered,
}
