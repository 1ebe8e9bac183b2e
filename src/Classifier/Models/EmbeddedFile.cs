using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Classifier.Models;

/// <summary>A file that was built into this assembly: the shipped model and the native library.</summary>
/// <remarks>
/// The bytes lie in the executable's own mapping and are paged in as they are read. <see cref="ReleasePages"/> gives them back: 52 MB that are read once
/// at start would otherwise stay in the resident set.
/// </remarks>
static unsafe partial class EmbeddedFile
{
    // Source: linux/mman.h.
    const int MadviseDontNeed = 4;

    /// <summary>The bytes of a built-in file, valid for the life of the process; empty when this build does not have it.</summary>
    public static ReadOnlySpan<byte> Open(string name)
    {
        // Resource streams of this assembly are views of mapped memory and need no disposal to be freed.
        Stream? stream = typeof(EmbeddedFile).Assembly.GetManifestResourceStream(name);
        return stream is UnmanagedMemoryStream view ? new ReadOnlySpan<byte>(view.PositionPointer, checked((int)view.Length)) : default;
    }

    /// <summary>A copy of the bytes on the managed heap, with the mapped pages released.</summary>
    public static byte[] Read(string name)
    {
        ReadOnlySpan<byte> mapped = Open(name);
        byte[] copy = mapped.ToArray();
        ReleasePages(mapped);
        return copy;
    }

    /// <summary>Tells the kernel that the pages wholly inside the span are not needed soon; they are read from the file again when touched.</summary>
    public static void ReleasePages(ReadOnlySpan<byte> mapped)
    {
        // Under the JIT the runtime may have copied the assembly to anonymous memory, which this call would wipe. In a native binary it is the file.
        if (RuntimeFeature.IsDynamicCodeSupported || mapped.IsEmpty)
        {
            return;
        }

        nuint pageBytes = (nuint)Environment.SystemPageSize;
        fixed (byte* first = mapped)
        {
            nuint start = ((nuint)first + pageBytes - 1) & ~(pageBytes - 1);
            nuint end = ((nuint)first + (nuint)mapped.Length) & ~(pageBytes - 1);
            if (start < end)
            {
                _ = Madvise((void*)start, end - start, MadviseDontNeed);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Madvise(void* address, nuint length, int advice);
}
