using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Classifier.Normalizing;

/// <summary>Moves the bytes of a window that stay to the front, eight at a time.</summary>
static class WindowCompaction
{
    /// <summary>For each byte of a mask, the places of its bits, lowest first.</summary>
    static readonly ulong[] Places = MakePlaces();

    /// <summary>Copies the bytes whose bits are set; the arguments are those of <see cref="IWindowScan.Compact"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Compact(ref byte window, ulong kept, ref byte target)
    {
        ref ulong places = ref MemoryMarshal.GetArrayDataReference(Places);
        ref byte end = ref Compact8(ref window, 0, kept, ref places, ref target);
        end = ref Compact8(ref window, 8, kept, ref places, ref end);
        end = ref Compact8(ref window, 16, kept, ref places, ref end);
        end = ref Compact8(ref window, 24, kept, ref places, ref end);
        end = ref Compact8(ref window, 32, kept, ref places, ref end);
        end = ref Compact8(ref window, 40, kept, ref places, ref end);
        end = ref Compact8(ref window, 48, kept, ref places, ref end);
        Compact8(ref window, 56, kept, ref places, ref end);
        return BitOperations.PopCount(kept);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ref byte Compact8(ref byte window, int i, ulong kept, ref ulong places, ref byte end)
    {
        nuint bits = (byte)(kept >> i);
        Vector128<byte> eight = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref window, i))).AsByte();
        Vector128<byte> order = Vector128.CreateScalarUnsafe(Unsafe.Add(ref places, bits)).AsByte();
        Unsafe.WriteUnaligned(ref end, Vector128.ShuffleNative(eight, order).AsUInt64().ToScalar());
        return ref Unsafe.Add(ref end, (nuint)(uint)BitOperations.PopCount((uint)bits));
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
