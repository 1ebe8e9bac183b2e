namespace Receivers.Syslog;

/// <summary>Zone abbreviations that devices write behind the time. Where one means several zones, the one that network devices use.</summary>
static class ZoneWords
{
    const int LengthMax = 4;

    /// <summary>Reads an upper-case word that ends at a blank, a colon or the end.</summary>
    /// <param name="s">Starts with the word.</param>
    /// <param name="seconds">East of Greenwich.</param>
    /// <returns>Bytes read; 0 for a word that is no zone.</returns>
    public static int Read(ReadOnlySpan<byte> s, out int seconds)
    {
        int length = 0, word = 0;
        while (length < s.Length && length <= LengthMax && s[length] is >= (byte)'A' and <= (byte)'Z')
        {
            word = (word << 8) | s[length++];
        }

        seconds = 0;
        if (length is < 3 or > LengthMax || (length < s.Length && !(s[length] is (byte)' ' or (byte)':')))
        {
            return 0;
        }

        int minutes = Minutes(word);
        seconds = minutes * 60;
        return minutes == int.MinValue ? 0 : length;
    }

    static int Minutes(int word) => word switch
    {
        ('U' << 16) | ('T' << 8) | 'C' or (('G' << 16) | ('M' << 8) | 'T') or (('W' << 16) | ('E' << 8) | 'T') => 0,
        ('C' << 16) | ('E' << 8) | 'T' or (('B' << 16) | ('S' << 8) | 'T') or (('W' << 24) | ('E' << 16) | ('S' << 8) | 'T') => 60,
        ('C' << 24) | ('E' << 16) | ('S' << 8) | 'T' or (('E' << 16) | ('E' << 8) | 'T') => 120,
        ('E' << 24) | ('E' << 16) | ('S' << 8) | 'T' or (('M' << 16) | ('S' << 8) | 'K') => 180,
        ('I' << 16) | ('S' << 8) | 'T' => 330,
        ('H' << 16) | ('K' << 8) | 'T' or (('S' << 16) | ('G' << 8) | 'T') => 480,
        ('J' << 16) | ('S' << 8) | 'T' or (('K' << 16) | ('S' << 8) | 'T') => 540,
        ('A' << 24) | ('E' << 16) | ('S' << 8) | 'T' => 600,
        ('A' << 24) | ('E' << 16) | ('D' << 8) | 'T' => 660,
        ('N' << 24) | ('Z' << 16) | ('S' << 8) | 'T' => 720,
        ('N' << 24) | ('Z' << 16) | ('D' << 8) | 'T' => 780,
        ('E' << 16) | ('D' << 8) | 'T' => -240,
        ('E' << 16) | ('S' << 8) | 'T' or (('C' << 16) | ('D' << 8) | 'T') => -300,
        ('C' << 16) | ('S' << 8) | 'T' or (('M' << 16) | ('D' << 8) | 'T') => -360,
        ('M' << 16) | ('S' << 8) | 'T' or (('P' << 16) | ('D' << 8) | 'T') => -420,
        ('P' << 16) | ('S' << 8) | 'T' => -480,
        _ => int.MinValue,
    };
}
