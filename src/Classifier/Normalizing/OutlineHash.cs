using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Classifier.Normalizing;

/// <summary>Hashes the windows of an outline, block after block of 16 bytes: XOR and two rounds of AES each.</summary>
ref struct OutlineHash : IOutlineSink
{
    readonly ref readonly OutlineSecret _secret;
    Vector128<byte> _state;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public OutlineHash(in OutlineSecret secret)
    {
        _secret = ref secret;
        _state = secret.State;
    }

    /// <summary>Adds a name, which is not blanked.</summary>
    /// <param name="name">Any bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddName(ReadOnlySpan<byte> name)
    {
        for (; name.Length > Vector128<byte>.Count; name = name[Vector128<byte>.Count..])
        {
            Mix(Vector128.Create(name));
        }

        Mix(ShortBlock(name));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(Vector256<byte> low, Vector256<byte> high, int length)
    {
        Mix(low.GetLower());
        Mix(low.GetUpper());
        Mix(high.GetLower());
        Mix(high.GetUpper());
    }

    /// <summary>Adds the lengths, without which one text could begin where another one's padding does.</summary>
    /// <param name="nameLength">Bytes of the name.</param>
    /// <param name="textLength">Bytes of the text.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public OutlineKey ToKey(int nameLength, int textLength)
    {
        Mix(Vector128.Create(nameLength, textLength, 0, 0).AsByte());
        Vector128<ulong> key = Aes.Encrypt(_state, _secret.State).AsUInt64();
        return new OutlineKey(key[1], key[0]);
    }

    /// <summary>0 to 16 bytes, and zeros behind them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static unsafe Vector128<byte> ShortBlock(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* source = bytes)
        {
            if (((nuint)source & (Normalizer.PageBytes - 1)) > (nuint)(Normalizer.PageBytes - Vector128<byte>.Count) || source is null)
            {
                return CopiedBlock(bytes);
            }

            Vector128<byte> isInside = Vector128.LessThan(Vector128<sbyte>.Indices, Vector128.Create((sbyte)bytes.Length)).AsByte();
            return Vector128.Load(source) & isInside;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static Vector128<byte> CopiedBlock(ReadOnlySpan<byte> bytes)
    {
        Span<byte> block = stackalloc byte[Vector128<byte>.Count];
        block.Clear();
        bytes.CopyTo(block);
        return Vector128.Create<byte>(block);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void Mix(Vector128<byte> block) => _state = Aes.Encrypt(Aes.Encrypt(_state ^ block, _secret.Round0), _secret.Round1);
}
