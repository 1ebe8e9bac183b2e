namespace Classifier.Normalizing;

/// <content>The specification: one pass for each rule, each as <c>models/PREPROCESSING.md</c> words it. Every other version is compared with it.</content>
public static partial class Normalizer
{
    internal static int NormalizeScalar(ReadOnlySpan<byte> app, ReadOnlySpan<byte> body, Span<byte> text)
    {
        int length = Fold(Cut(app, AppBytesMax), text);
        if (length > 0)
        {
            text[length++] = (byte)':';
            text[length++] = (byte)' ';
        }

        return length + Fold(Cut(body, BodyBytesMax), text[length..]);
    }

    static int Fold(ReadOnlySpan<byte> source, Span<byte> text)
    {
        Span<byte> cleaned = stackalloc byte[BodyBytesMax];
        cleaned = cleaned[..Clean(source, cleaned)];
        int length = FoldWords(cleaned, text);
        length = JoinMarks(text[..length]);
        return ShortenRules(text[..length]);
    }

    /// <summary>Rules a and b: lower case, white space and controls to single spaces, none at the ends.</summary>
    static int Clean(ReadOnlySpan<byte> source, Span<byte> cleaned)
    {
        int length = 0;
        bool space = false;
        foreach (byte b in source)
        {
            if (b is <= (byte)' ' or 0x7F)
            {
                space = length > 0;
                continue;
            }

            if (space)
            {
                cleaned[length++] = (byte)' ';
                space = false;
            }

            cleaned[length++] = IsUpper(b) ? (byte)(b | 0x20) : b;
        }

        return length;
    }

    /// <summary>Rule c: words with digits. The folded text is written apart, since the rule looks at the neighbours as they were.</summary>
    static int FoldWords(ReadOnlySpan<byte> cleaned, Span<byte> text)
    {
        int length = 0;
        for (int start = 0; start < cleaned.Length;)
        {
            if (!IsWord(cleaned[start]))
            {
                text[length++] = cleaned[start++];
                continue;
            }

            int end = start + 1;
            while (end < cleaned.Length && IsWord(cleaned[end]))
            {
                end++;
            }

            length += FoldWord(cleaned, start, end, text[length..]);
            start = end;
        }

        return length;
    }

    static int FoldWord(ReadOnlySpan<byte> cleaned, int start, int end, Span<byte> text)
    {
        ReadOnlySpan<byte> word = cleaned[start..end];
        int digits = LeadingDigits(word);
        bool joinedBefore = start >= 2 && IsJoiner(cleaned[start - 1]) && IsDigit(cleaned[start - 2]);
        if (digits == word.Length)
        {
            bool joinedAfter = end + 1 < cleaned.Length && IsJoiner(cleaned[end]) && IsDigit(cleaned[end + 1]);
            bool percent = end < cleaned.Length && cleaned[end] == '%';
            return joinedBefore || joinedAfter || digits > 3 ? WriteMark(text) : WriteBucket(word, percent ? digits : 1, digits, text);
        }

        if (IsOpaque(word))
        {
            return WriteMark(text);
        }

        if (digits is >= 1 and <= 3 && !joinedBefore && word[digits..].IndexOfAnyInRange((byte)'0', (byte)'9') < 0)
        {
            return WriteBucket(word, 1, digits, text);
        }

        return WriteMarkForEachRun(word, text);
    }

    static int WriteMark(Span<byte> text)
    {
        text[0] = (byte)'#';
        return 1;
    }

    /// <summary>Keeps the first <paramref name="kept"/> digits, zeros in place of the others, and what follows the digits.</summary>
    static int WriteBucket(ReadOnlySpan<byte> word, int kept, int digits, Span<byte> text)
    {
        word.CopyTo(text);
        text[kept..digits].Fill((byte)'0');
        return word.Length;
    }

    static int WriteMarkForEachRun(ReadOnlySpan<byte> word, Span<byte> text)
    {
        int length = 0;
        for (int i = 0; i < word.Length; i++)
        {
            if (!IsDigit(word[i]))
            {
                text[length++] = word[i];
            }
            else if (i == 0 || !IsDigit(word[i - 1]))
            {
                text[length++] = (byte)'#';
            }
        }

        return length;
    }

    /// <summary>Rule d: marks that are joined by one joiner each become one mark. In place.</summary>
    static int JoinMarks(Span<byte> text)
    {
        int length = 0;
        for (int i = 0; i < text.Length; i++)
        {
            text[length++] = text[i];
            if (text[i] == '#')
            {
                while (i + 2 < text.Length && IsJoiner(text[i + 1]) && text[i + 2] == '#')
                {
                    i += 2;
                }
            }
        }

        return length;
    }

    /// <summary>Rule e: three or more of one punctuation byte become two. In place.</summary>
    static int ShortenRules(Span<byte> text)
    {
        int length = 0;
        foreach (byte b in text)
        {
            if (length >= 2 && text[length - 1] == b && text[length - 2] == b && IsPunctuation(b))
            {
                continue;
            }

            text[length++] = b;
        }

        return length;
    }

    static int LeadingDigits(ReadOnlySpan<byte> word)
    {
        int digits = word.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return digits < 0 ? word.Length : digits;
    }

    /// <summary>An id in hexadecimal: <c>0x</c> and hex digits, or four or more hex digits of both kinds.</summary>
    static bool IsOpaque(ReadOnlySpan<byte> word)
    {
        if (word.Length > 2 && word[0] == '0' && word[1] == 'x')
        {
            return IsHex(word[2..]);
        }

        return word.Length >= 4 && IsHex(word)
            && word.ContainsAnyInRange((byte)'0', (byte)'9') && word.ContainsAnyInRange((byte)'a', (byte)'f');
    }

    static bool IsHex(ReadOnlySpan<byte> word)
    {
        foreach (byte b in word)
        {
            if (!IsDigit(b) && !(b is >= (byte)'a' and <= (byte)'f'))
            {
                return false;
            }
        }

        return true;
    }

    static bool IsUpper(byte b) => b is >= (byte)'A' and <= (byte)'Z';

    static bool IsDigit(byte b) => b is >= (byte)'0' and <= (byte)'9';

    static bool IsWord(byte b) => IsDigit(b) || b is >= (byte)'a' and <= (byte)'z';

    static bool IsJoiner(byte b) => b is (byte)'.' or (byte)':' or (byte)',' or (byte)'-';

    /// <summary>ASCII punctuation, once the text is in lower case.</summary>
    static bool IsPunctuation(byte b) => b is > (byte)' ' and < 0x7F && !IsWord(b) && !IsUpper(b);
}
