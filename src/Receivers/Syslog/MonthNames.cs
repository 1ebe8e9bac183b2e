namespace Receivers.Syslog;

/// <summary>English names of months, three letters, upper or lower case.</summary>
static class MonthNames
{
    // No two names have the same four bits on top of the product; an empty place has a name that cannot be.
    const uint Spread = 0x67E5;

    static ReadOnlySpan<byte> Months => [7, 11, 0, 10, 5, 12, 3, 4, 0, 9, 0, 0, 1, 6, 2, 8];

    static ReadOnlySpan<byte> Names => "...\0jan\0feb\0mar\0apr\0may\0jun\0jul\0aug\0sep\0oct\0nov\0dec\0"u8;

    /// <param name="letters">The first in the lowest byte; the highest byte has no say.</param>
    /// <returns>1 to 12; 0 for another word.</returns>
    public static int Read(uint letters)
    {
        uint name = (letters & 0x00FF_FFFF) | 0x0020_2020;
        int month = Months[(int)(name * Spread >> 28)];
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(Names[(month * 4)..]) == name ? month : 0;
    }
}
