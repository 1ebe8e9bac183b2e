namespace Receivers.Syslog;

/// <summary>What the bytes at the start of a frame are.</summary>
enum CountStatus : byte
{
    /// <summary>No octet count: a line.</summary>
    None,

    /// <summary>More bytes are needed to tell.</summary>
    Undecided,

    Counted,
}

/// <summary>Tells <c>MSG-LEN SP</c> from a line that starts with a number. Source: RFC 6587 §3.4.1.</summary>
/// <remarks>
/// A count has no leading zero, at most nine digits, one blank, and then a <c>&lt;</c>: a line such as <c>2019-02-19 …</c> or <c>3 of 4 disks</c> is none.
/// A peer that counts octets and sends no PRI is believed only when its first two frames fit: no delimiter inside the first, and a second count right
/// behind it. From then on its counts are taken without a <c>&lt;</c>.
/// </remarks>
struct OctetCount(SyslogFraming framing, int frameBytesMax)
{
    const int DigitsMax = 9;

    // Cisco ASA puts one blank before a frame.
    const int BlanksMax = 16;

    // Below ten, numbers in prose fit too often; above 8 KiB (RFC 5425 §4.3.1) the search for the delimiter would be repeated too long.
    const int BareMin = 10;
    const int BareMax = 8192;

    readonly bool _isLooked = framing is SyslogFraming.Auto or SyslogFraming.Octet;
    readonly int _bareMax = Math.Min(frameBytesMax, BareMax);
    bool _isBare = framing == SyslogFraming.Octet;
    bool _isDecided = framing != SyslogFraming.Auto;

    /// <summary>True when a frame without a count is out of the ordinary.</summary>
    public readonly bool IsExpected => _isBare;

    /// <summary>The peer's first frame starts with a PRI: it is not one that sends counts alone.</summary>
    public void Settle() => _isDecided = true;

    /// <param name="rest">From the start of a frame; not empty.</param>
    /// <param name="isEnd">True when nothing follows.</param>
    /// <param name="header">Bytes before the message: blanks, digits, one blank.</param>
    /// <param name="octets">The count, 1 to 999,999,999.</param>
    public CountStatus Read(ReadOnlySpan<byte> rest, bool isEnd, out int header, out int octets)
    {
        CountStatus status = _isLooked ? ReadHeader(rest, isEnd, out header, out octets) : NotLooked(out header, out octets);
        if (status == CountStatus.Counted && !_isBare && rest[header] != '<')
        {
            status = _isDecided ? CountStatus.None : ReadBare(rest, isEnd, header, octets);
        }

        _isDecided |= status != CountStatus.Undecided;
        return status;
    }

    /// <summary>Length of <c>MSG-LEN SP</c> before a <c>&lt;</c>; 0 when there is none.</summary>
    public static int HeaderBeforePri(ReadOnlySpan<byte> text)
    {
        int digits = Digits(text, out _);
        return digits > 0 && text.Length > digits + 1 && text[digits] == ' ' && text[digits + 1] == '<' ? digits + 1 : 0;
    }

    static CountStatus NotLooked(out int header, out int octets)
    {
        header = octets = 0;
        return CountStatus.None;
    }

    readonly CountStatus ReadHeader(ReadOnlySpan<byte> rest, bool isEnd, out int header, out int octets)
    {
        octets = 0;
        int blanks = 0;
        while (blanks < BlanksMax && blanks < rest.Length && rest[blanks] == ' ')
        {
            blanks++;
        }

        int digits = Digits(rest[blanks..], out octets);
        header = blanks + digits + 1;
        if (blanks + digits == rest.Length && digits <= DigitsMax)
        {
            return isEnd ? CountStatus.None : CountStatus.Undecided;
        }

        if (digits is 0 or > DigitsMax || rest[blanks + digits] != ' ')
        {
            return CountStatus.None;
        }

        if (header < rest.Length || _isBare)
        {
            return CountStatus.Counted;
        }

        return isEnd ? CountStatus.None : CountStatus.Undecided;
    }

    /// <summary>The first frame of a connection, with a count and without a PRI.</summary>
    CountStatus ReadBare(ReadOnlySpan<byte> rest, bool isEnd, int header, int octets)
    {
        if (rest[0] == ' ' || octets < BareMin || octets > _bareMax)
        {
            return CountStatus.None;
        }

        ReadOnlySpan<byte> message = rest.Slice(header, Math.Min(octets, rest.Length - header));
        if (message.IndexOfAny((byte)'\n', (byte)0) >= 0)
        {
            return CountStatus.None;
        }

        ReadOnlySpan<byte> next = rest[(header + message.Length)..];
        int digits = Digits(next, out _);
        if (message.Length < octets || digits == next.Length)
        {
            return isEnd ? CountStatus.None : CountStatus.Undecided;
        }

        _isBare = digits is > 0 and <= DigitsMax && next[digits] == ' ';
        return _isBare ? CountStatus.Counted : CountStatus.None;
    }

    /// <summary>Digits without a leading zero, one more than allowed at most.</summary>
    static int Digits(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        if (text.IsEmpty || text[0] == '0')
        {
            return 0;
        }

        int digits = 0;
        for (; digits <= DigitsMax && digits < text.Length && (uint)(text[digits] - '0') <= 9; digits++)
        {
            value = digits < DigitsMax ? (value * 10) + text[digits] - '0' : value;
        }

        return digits;
    }
}
