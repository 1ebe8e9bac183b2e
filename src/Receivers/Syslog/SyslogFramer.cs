namespace Receivers.Syslog;

/// <summary>Cuts a byte stream into syslog frames where it lies. Pure; a struct that one connection owns.</summary>
/// <remarks>
/// The caller holds the unread bytes in one stretch and shows them again with more behind until a frame is complete; however the stream was split over
/// reads, the frames are the same. A frame longer than the limit is cut at a character boundary and its rest is skipped, so the stream stays in step.
/// Nothing is allocated from a number that a peer sent. Source: RFC 6587 §3.4, RFC 5425 §4.3.
/// </remarks>
/// <param name="framing">How frames are told apart.</param>
/// <param name="frameBytesMax">Bytes of a frame that are kept.</param>
public struct SyslogFramer(SyslogFraming framing, int frameBytesMax)
{
    /// <summary>Bytes that the caller must be able to hold beyond <c>frameBytesMax</c>: blanks, count, CR LF and what comes next.</summary>
    public const int OverheadBytes = 64;

    readonly SyslogFraming _framing = framing;
    readonly int _frameBytesMax = frameBytesMax;
    OctetCount _count = new(framing, frameBytesMax);
    // Bytes of a cut octet-counted frame still to be thrown away.
    int _skipOctets;
    // True while the rest of a cut line is thrown away.
    bool _isSkippingLine;
    // Bytes at the start of the unread stretch that are known to hold no delimiter.
    int _searched;

    /// <summary>True while the rest of a cut frame is still to come.</summary>
    public readonly bool IsSkipping => _isSkippingLine || _skipOctets > 0;

    /// <summary>The next frame in the unread bytes of the stream.</summary>
    /// <param name="unread">From the first byte that no earlier call consumed.</param>
    /// <param name="isEnd">True when nothing will follow: what is there is a frame then.</param>
    /// <param name="consumed">Bytes to take off the front, also when there is no frame yet.</param>
    /// <param name="frame">Where it lies in <paramref name="unread"/>.</param>
    /// <returns>False when more bytes are needed.</returns>
    public bool TryRead(ReadOnlySpan<byte> unread, bool isEnd, out int consumed, out SyslogFrame frame)
    {
        frame = default;
        consumed = 0;
        if (_framing == SyslogFraming.Auto && !unread.IsEmpty && unread[0] == '<' && _searched == 0 && !IsSkipping)
        {
            // Nearly every frame: a whole line that starts with a PRI. Read below in the same way, in more steps.
            int end = LineEnd.Find(unread[..Math.Min(unread.Length, _frameBytesMax)], out bool isAscii);
            if (end > 0 && unread[end - 1] != '\r')
            {
                _count.Settle();
                frame = new SyslogFrame(0, end, _count.IsExpected ? ParseMarks.UnexpectedFraming : ParseMarks.None, isAscii);
                consumed = end + 1;
                return true;
            }
        }

        while (TrySkip(unread, ref consumed))
        {
            ReadOnlySpan<byte> rest = unread[consumed..];
            bool isRead;
            if (rest[0] == '<' || _searched > 0)
            {
                _count.Settle();
                isRead = TryReadLine(rest, isEnd, ref consumed, out frame);
            }
            else
            {
                isRead = _count.Read(rest, isEnd, out int header, out int octets) switch
                {
                    CountStatus.Undecided => false,
                    CountStatus.Counted => TryReadCounted(rest, header, octets, isEnd, ref consumed, out frame),
                    _ => TryReadLine(rest, isEnd, ref consumed, out frame),
                };
            }

            if (!isRead || frame.Length > 0)
            {
                return isRead;
            }
        }

        return false;
    }

    /// <summary>Passes over what belongs to no frame: the rest of a cut one, and delimiters that close nothing.</summary>
    /// <returns>False at the end of the unread bytes.</returns>
    bool TrySkip(ReadOnlySpan<byte> unread, ref int consumed)
    {
        if (_skipOctets > 0)
        {
            int skipped = Math.Min(_skipOctets, unread.Length - consumed);
            _skipOctets -= skipped;
            consumed += skipped;
        }
        else if (_isSkippingLine)
        {
            int delimiter = IndexOfDelimiter(unread[consumed..]);
            _isSkippingLine = delimiter < 0;
            consumed = delimiter < 0 ? unread.Length : consumed + delimiter + 1;
        }

        // Empty lines, and the LF that some senders put behind a counted frame.
        while (consumed < unread.Length && IsDelimiter(unread[consumed]))
        {
            consumed++;
        }

        return consumed < unread.Length;
    }

    bool TryReadCounted(ReadOnlySpan<byte> rest, int header, int octets, bool isEnd, ref int consumed, out SyslogFrame frame)
    {
        frame = default;
        int kept = Math.Min(octets, _frameBytesMax);
        int available = Math.Min(rest.Length - header, kept);
        if (available < kept && !isEnd)
        {
            return false;
        }

        ParseMarks marks = available < kept ? ParseMarks.Incomplete : ParseMarks.None;
        int length = available;
        if (octets > _frameBytesMax)
        {
            marks |= ParseMarks.Truncated;
            length = CharacterBoundary(rest.Slice(header, available));
            _skipOctets = octets - kept;
        }

        frame = new SyslogFrame(consumed + header, length, marks);
        consumed += header + available;
        return true;
    }

    bool TryReadLine(ReadOnlySpan<byte> rest, bool isEnd, ref int consumed, out SyslogFrame frame)
    {
        frame = default;
        // Room for CR LF: a line of exactly the limit is whole.
        int window = Math.Min(rest.Length, _frameBytesMax + 2);
        int delimiter = IndexOfDelimiter(rest[_searched..window]);
        ParseMarks marks = _count.IsExpected ? ParseMarks.UnexpectedFraming : ParseMarks.None;
        int length, taken;
        if (delimiter >= 0)
        {
            length = _searched + delimiter;
            taken = length + 1;
        }
        else if (window == _frameBytesMax + 2)
        {
            length = window;
            taken = _frameBytesMax;
            _isSkippingLine = true;
        }
        else if (isEnd)
        {
            length = taken = rest.Length;
            marks |= ParseMarks.Incomplete;
        }
        else
        {
            _searched = rest.Length;
            return false;
        }

        _searched = 0;
        if (length > 0 && rest[length - 1] == '\r' && !_isSkippingLine)
        {
            length--;
        }

        if (length > _frameBytesMax)
        {
            length = CharacterBoundary(rest[.._frameBytesMax]);
            marks |= ParseMarks.Truncated;
        }

        frame = new SyslogFrame(consumed, length, marks);
        consumed += taken;
        return true;
    }

    readonly int IndexOfDelimiter(ReadOnlySpan<byte> text) => _framing switch
    {
        SyslogFraming.Lf => text.IndexOf((byte)'\n'),
        SyslogFraming.Nul => text.IndexOf((byte)0),
        _ => text.IndexOfAny((byte)'\n', (byte)0),
    };

    readonly bool IsDelimiter(byte b) => (b == '\n' && _framing != SyslogFraming.Nul) || (b == 0 && _framing != SyslogFraming.Lf);

    /// <summary>The largest length that does not end inside a UTF-8 sequence; bytes that are no UTF-8 are cut anywhere.</summary>
    internal static int CharacterBoundary(ReadOnlySpan<byte> text)
    {
        for (int back = 1; back <= 3 && back <= text.Length; back++)
        {
            byte b = text[^back];
            if ((b & 0xC0) == 0x80)
            {
                continue;
            }

            int needed = b switch { >= 0xF0 => 4, >= 0xE0 => 3, >= 0xC0 => 2, _ => 1 };
            return needed > back ? text.Length - back : text.Length;
        }

        return text.Length;
    }
}
