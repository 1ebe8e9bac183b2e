using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Classifier.Normalizing;

/// <summary>Moves the bytes of a window that stay to the front.</summary>
static class WindowCompaction
{
    /// <summary>For each byte of a mask, the places of its bits, lowest first.</summary>
    static readonly ulong[] Places = MakePlaces();

    /// <summary>Copies the bytes whose bits are set.</summary>
    /// <param name="window">64 bytes.</param>
    /// <param name="kept">The bytes that stay.</param>
    /// <param name="target">Room for 64 bytes, whatever stays.</param>
    /// <returns>Bytes that stayed.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Compact(ref byte window, ulong kept, ref byte target)
    {
        ref byte end = ref target;
        for (int i = 0; i < 64; i += 8)
        {
            ulong eight = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref window, i));
            uint bits = (byte)(kept >> i);
            Unsafe.WriteUnaligned(ref end, Compact8(eight, bits));
            end = ref Unsafe.Add(ref end, BitOperations.PopCount(bits));
        }

        return (int)Unsafe.ByteOffset(ref target, ref end);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong Compact8(ulong eight, uint bits)
    {
        if (Bmi2.X64.IsSupported)
        {
            return Bmi2.X64.ParallelBitExtract(eight, Bmi2.X64.ParallelBitDeposit(bits, 0x0101010101010101) * 0xFF);
        }

        ulong places = Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(Places), bits);
        return Vector128.ShuffleNative(Vector128.CreateScalarUnsafe(eight).AsByte(), Vector128.CreateScalarUnsafe(places).AsByte()).AsUInt64().ToScalar();
    }

    static ulong[] MakePlaces()
    {
        ulong[] places = new ulong[256];
        for (int bits = 0; bits < places.Length; bits++)
        {
            int count = 0;
            for (int place = 0; place < 8; place++)
            {
                if ((bits >> place & 1) != 0)
                {
                    places[bits] |= (ulong)place << (8 * count++);
                }
            }
        }

        return places;
    }
}
