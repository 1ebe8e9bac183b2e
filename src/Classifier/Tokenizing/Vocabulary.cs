using System.IO.Hashing;
using System.Numerics;
using System.Text;
using System.Text.Unicode;

namespace Classifier.Tokenizing;

/// <summary>The tokens of a <c>vocab.txt</c>: piece to id, in a hash table over the file's own bytes.</summary>
/// <remarks>Safe on any thread.</remarks>
sealed class Vocabulary
{
    const int TokenCountMax = 1 << 20;

    readonly byte[] _bytes;
    readonly int[] _starts;
    readonly int[] _slots;

    Vocabulary(byte[] bytes, int[] starts)
    {
        _bytes = bytes;
        _starts = starts;
        _slots = new int[BitOperations.RoundUpToPowerOf2((uint)(starts.Length * 2))];
        for (int id = 0; id < Count; id++)
        {
            Add(id);
        }

        Unknown = Require("[UNK]"u8);
        Start = Require("[CLS]"u8);
        End = Require("[SEP]"u8);
        Require("[PAD]"u8);
    }

    /// <summary>Tokens; ids are 0 to <c>Count - 1</c>.</summary>
    public int Count => _starts.Length - 1;

    /// <summary>Id of <c>[UNK]</c>.</summary>
    public int Unknown { get; }

    /// <summary>Id of <c>[CLS]</c>.</summary>
    public int Start { get; }

    /// <summary>Id of <c>[SEP]</c>.</summary>
    public int End { get; }

    /// <summary>Bytes of the longest token.</summary>
    public int TokenBytesMax { get; private set; }

    /// <summary>Reads a vocabulary: UTF-8, one token a line, split at LF only; the id is the line's number from 0.</summary>
    /// <exception cref="InvalidDataException">It is no vocabulary; says what is wrong and in which line.</exception>
    public static Vocabulary Load(ReadOnlySpan<byte> file)
    {
        if (file.IsEmpty)
        {
            throw new InvalidDataException("The vocabulary is empty.");
        }

        if (!Utf8.IsValid(file))
        {
            throw new InvalidDataException("The vocabulary is not valid UTF-8.");
        }

        byte[] bytes = file[^1] == '\n' ? file.ToArray() : [.. file, (byte)'\n'];
        int count = bytes.AsSpan().Count((byte)'\n');
        if (count > TokenCountMax)
        {
            throw new InvalidDataException($"The vocabulary has {count} tokens, more than {TokenCountMax}.");
        }

        int[] starts = new int[count + 1];
        for (int id = 0; id < count; id++)
        {
            starts[id + 1] = starts[id] + bytes.AsSpan(starts[id]).IndexOf((byte)'\n') + 1;
        }

        return new Vocabulary(bytes, starts);
    }

    /// <summary>A token as it stands in the file.</summary>
    public ReadOnlySpan<byte> Token(int id) => _bytes.AsSpan(_starts[id], _starts[id + 1] - _starts[id] - 1);

    /// <summary>The id of a token, <c>##</c> included; -1 when there is none.</summary>
    public int Find(ReadOnlySpan<byte> token) => _slots[Slot(token)] - 1;

    void Add(int id)
    {
        ReadOnlySpan<byte> token = Token(id);
        if (token.IsEmpty)
        {
            throw new InvalidDataException($"Line {id + 1} of the vocabulary is empty.");
        }

        ref int slot = ref _slots[Slot(token)];
        if (slot != 0)
        {
            throw new InvalidDataException($"Line {id + 1} of the vocabulary repeats line {slot}: {Encoding.UTF8.GetString(token)}");
        }

        slot = id + 1;
        TokenBytesMax = Math.Max(TokenBytesMax, token.Length);
    }

    int Require(ReadOnlySpan<byte> token)
    {
        int id = Find(token);
        return id >= 0 ? id : throw new InvalidDataException($"The vocabulary has no {Encoding.UTF8.GetString(token)}.");
    }

    /// <summary>Where the token is, or the free slot where it would be: half of the slots are free.</summary>
    int Slot(ReadOnlySpan<byte> token)
    {
        int mask = _slots.Length - 1;
        int slot = (int)XxHash3.HashToUInt64(token) & mask;
        while (_slots[slot] != 0 && !Token(_slots[slot] - 1).SequenceEqual(token))
        {
            slot = (slot + 1) & mask;
        }

        return slot;
    }
}
