using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Classifier.Normalizing;

/// <summary>Moves the bytes of a window that stay to the front, eight at a time.</summary>
static class WindowCompaction
{
    /// <summary>For each byte of a mask, the places of its bits, lowest first.</summary>
    static readonly ulong[] Places = MakePlaces();

    /// <summary>Copies the bytes whose bits are set; the arguments are those of <see cref="IWindowScan.Compact"/>.</summary>
    public static int Compact(ref byte window, ulong kept, ref byte target)
    {
        ref byte end = ref target;
        ref ulong allPlaces = ref MemoryMarshal.GetArrayDataReference(Places);
        for (int i = 0; i < IWindowScan.Length; i += 8)
        {
            uint bits = (byte)(kept >> i);
            Vector128<byte> eight = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref window, i))).AsByte();
            Vector128<byte> places = Vector128.CreateScalarUnsafe(Unsafe.Add(ref allPlaces, bits)).AsByte();
            Unsafe.WriteUnaligned(ref end, Vector128.ShuffleNative(eight, places).AsUInt64().ToScalar());
            end = ref Unsafe.Add(ref end, BitOperations.PopCount(bits));
        }

        return (int)Unsafe.ByteOffset(ref target, ref end);
    }

    /// <summary>Copies the bytes of a window that the bytes behind it select with 0xFF. Needs BMI2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Extract(ref byte window, ref byte target)
    {
        ref byte end = ref Extract8(ref window, 0, ref target);
        end = ref Extract8(ref window, 8, ref end);
        end = ref Extract8(ref window, 16, ref end);
        end = ref Extract8(ref window, 24, ref end);
        end = ref Extract8(ref window, 32, ref end);
        end = ref Extract8(ref window, 40, ref end);
        end = ref Extract8(ref window, 48, ref end);
        end = ref Extract8(ref window, 56, ref end);
        return (int)Unsafe.ByteOffset(ref target, ref end);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ref byte Extract8(ref byte window, int i, ref byte end)
    {
        ulong selected = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref window, IWindowScan.Length + i));
        ulong eight = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref window, i));
        Unsafe.WriteUnaligned(ref end, Bmi2.X64.ParallelBitExtract(eight, selected));
        return ref Unsafe.Add(ref end, BitOperations.PopCount(selected) >> 3);
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
