using System.Globalization;
using System.Net;
using System.Text;

namespace Collector.Configuration;

/// <summary>How settings are written: the forms that a user may type, and the same forms printed back.</summary>
static class SettingText
{
    /// <summary>Stands for every secret.</summary>
    public const string Hidden = "(hidden)";

    static readonly (string Unit, long Bytes)[] ByteUnits = [("GiB", 1L << 30), ("MiB", 1L << 20), ("KiB", 1L << 10)];

    static readonly (string Unit, long Milliseconds)[] TimeUnits = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

    public static bool TryParseNumber(string text, out long number) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);

    public static bool TryParseFraction(string text, out double number) =>
        double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number)
        && double.IsFinite(number);

    public static bool TryParseFlag(string text, out bool flag)
    {
        flag = text.ToLowerInvariant() is "true" or "yes" or "on";
        return flag || text.ToLowerInvariant() is "false" or "no" or "off";
    }

    public static bool TryParseBytes(string text, out long bytes)
    {
        foreach ((string unit, long unitBytes) in ByteUnits)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal))
            {
                return TryScale(text[..^unit.Length], unitBytes, out bytes);
            }
        }

        return TryScale(text.EndsWith('B') ? text[..^1] : text, 1, out bytes);
    }

    public static bool TryParseDuration(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        int digits = 0;
        while (digits < text.Length && char.IsAsciiDigit(text[digits]))
        {
            digits++;
        }

        string unit = text[digits..].Trim();
        foreach ((string name, long unitMilliseconds) in TimeUnits)
        {
            if (unit == name && TryScale(text[..digits], unitMilliseconds, out long milliseconds) && milliseconds <= TimeSpan.MaxValue.TotalMilliseconds)
            {
                duration = TimeSpan.FromMilliseconds(milliseconds);
                return true;
            }
        }

        return text == "0";
    }

    /// <summary>An IP address and a port. Names are refused: which address of a name would be listened on?</summary>
    public static bool TryParseEndPoint(string text, out IPEndPoint? endPoint)
    {
        endPoint = null;
        int colon = text.LastIndexOf(':');
        bool isBracketed = text.StartsWith('[') && colon > 0 && text[colon - 1] == ']';
        // IPEndPoint.Parse takes a bare "::1" as an address with port 0 and "1" as 0.0.0.1: a port that is not written is a mistake here.
        if (colon <= 0 || (text.IndexOf(':', StringComparison.Ordinal) != colon && !isBracketed)
            || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port)
            || !IPAddress.TryParse(isBracketed ? text.AsSpan(1, colon - 2) : text.AsSpan(0, colon), out IPAddress? address)
            || (!isBracketed && text.AsSpan(0, colon).Count('.') != 3))
        {
            return false;
        }

        endPoint = new IPEndPoint(address, port);
        return true;
    }

    public static string Bytes(long bytes)
    {
        foreach ((string unit, long unitBytes) in ByteUnits)
        {
            if (bytes != 0 && bytes % unitBytes == 0)
            {
                return Number(bytes / unitBytes) + unit;
            }
        }

        return Number(bytes);
    }

    public static string Duration(TimeSpan duration)
    {
        long milliseconds = (long)duration.TotalMilliseconds;
        if (milliseconds == 0)
        {
            return "0s";
        }

        (string unit, long unitMilliseconds) = TimeUnits.Last(u => milliseconds % u.Milliseconds == 0);
        return Number(milliseconds / unitMilliseconds) + unit;
    }

    public static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    public static string Fraction(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    public static string Flag(bool flag) => flag ? "true" : "false";

    public static string EndPoint(IPEndPoint? endPoint) => endPoint?.ToString() ?? "off";

    /// <summary>A value in a message: quoted, cut to a readable length.</summary>
    public static string Quoted(string value) => value.Length <= 60 ? $"'{value}'" : $"'{value.AsSpan(0, 60)}...'";

    /// <summary>Controls and invisible characters as <c>\xNN</c>, <c>\uNNNN</c> or <c>\UNNNNNNNN</c>, so that text from outside cannot drive a terminal.</summary>
    public static string Printable(string text)
    {
        StringBuilder? result = null;
        for (int i = 0, length; i < text.Length; i += length)
        {
            bool isRune = Rune.TryGetRuneAt(text, i, out Rune rune);
            length = isRune ? rune.Utf16SequenceLength : 1;
            int value = isRune ? rune.Value : text[i];
            if (isRune && !IsInvisible(rune))
            {
                result?.Append(text, i, length);
                continue;
            }

            result ??= new StringBuilder(text, 0, i, text.Length + 16);
            (string prefix, string format) = value < 0x100 ? ("\\x", "x2") : value < 0x10000 ? ("\\u", "x4") : ("\\U", "x8");
            result.Append(prefix).Append(value.ToString(format, CultureInfo.InvariantCulture));
        }

        return result?.ToString() ?? text;
    }

    static bool IsInvisible(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse;

    static bool TryScale(string digits, long unit, out long value)
    {
        value = 0;
        if (!long.TryParse(digits.TrimEnd(), NumberStyles.None, CultureInfo.InvariantCulture, out long number) || number > long.MaxValue / unit)
        {
            return false;
        }

        value = number * unit;
        return true;
    }
}
