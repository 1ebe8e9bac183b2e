namespace Receivers.Syslog;

/// <summary>RELP: each message has a number, and is answered once its record is safe.</summary>
/// <param name="frameBytesMax">Bytes of a message that are kept.</param>
/// <param name="responder">Answers for this connection.</param>
struct RelpProtocol(int frameBytesMax, RelpResponder responder) : IStreamProtocol
{
    // The offers of an open are a few hundred bytes.
    const int CommandDataMax = 4096;

    readonly List<int> _unanswered = [];
    int _skip;
    string? _fault;

    public readonly bool IsSkipping => _skip > 0;

    public readonly string? Fault => _fault;

    /// <remarks>A message that the stream cuts off is no record: it was not answered, so the sender sends it again.</remarks>
    public bool TryRead(ReadOnlySpan<byte> unread, bool isEnd, out int consumed, out SyslogFrame frame)
    {
        frame = default;
        consumed = 0;
        while (_fault is null)
        {
            int skipped = Math.Min(_skip, unread.Length - consumed);
            _skip -= skipped;
            consumed += skipped;
            ReadOnlySpan<byte> rest = unread[consumed..];
            if (_skip > 0 || rest.IsEmpty)
            {
                return false;
            }

            if (!RelpHeader.TryRead(rest, out RelpHeader? header))
            {
                _fault = RefusedReasons.RelpFraming;
                return false;
            }

            if (header is not { } known || !TryTake(rest, known, ref consumed, out frame))
            {
                return false;
            }

            if (frame.Length > 0)
            {
                return true;
            }
        }

        return false;
    }

    public readonly void Posting(RecordBatch batch)
    {
        if (_unanswered.Count > 0)
        {
            batch.Acknowledgement = responder.Owe([.. _unanswered]);
            _unanswered.Clear();
        }
    }

    public readonly ValueTask EndAsync(ByteSource source) => responder.EndAsync();

    /// <returns>False when more bytes are needed or the frame is broken.</returns>
    bool TryTake(ReadOnlySpan<byte> rest, RelpHeader header, ref int consumed, out SyslogFrame frame)
    {
        frame = default;
        bool isMessage = header.Command == RelpCommand.Syslog;
        if (!isMessage && header.DataLength > CommandDataMax)
        {
            _fault = RefusedReasons.RelpFraming;
            return false;
        }

        bool isCut = isMessage && header.DataLength > frameBytesMax;
        int kept = isCut ? frameBytesMax : header.DataLength;
        int needed = header.DataStart + kept + (isCut ? 0 : 1);
        if (rest.Length < needed)
        {
            return false;
        }

        if (!isCut && rest[needed - 1] != '\n')
        {
            _fault = RefusedReasons.RelpFraming;
            return false;
        }

        ReadOnlySpan<byte> data = rest.Slice(header.DataStart, kept);
        int start = consumed + header.DataStart;
        consumed += needed;
        if (!isMessage || data.IsEmpty)
        {
            Answer(header, data);
            return _fault is null;
        }

        int length = isCut ? SyslogFramer.CharacterBoundary(data) : kept;
        _skip = isCut ? header.DataLength - kept + 1 : 0;
        _unanswered.Add(header.Transaction);
        frame = new SyslogFrame(start, length, isCut ? ParseMarks.Truncated : ParseMarks.None);
        return true;
    }

    void Answer(RelpHeader header, ReadOnlySpan<byte> data)
    {
        switch (header.Command)
        {
            case RelpCommand.Open when data.IndexOf("syslog"u8) < 0:
                responder.Answer(header.Transaction, "500 this server takes the command syslog only"u8);
                break;
            case RelpCommand.Open:
                responder.Answer(header.Transaction, "200 OK\nrelp_version=0\nrelp_software=collector\ncommands=syslog"u8);
                break;
            case RelpCommand.Close:
                responder.Answer(header.Transaction, ""u8);
                // Nothing may follow; the answers that are owed still go out.
                _fault = RefusedReasons.RelpClosed;
                break;
            case RelpCommand.Syslog:
                responder.Answer(header.Transaction, "200 OK"u8);
                break;
            default:
                responder.Answer(header.Transaction, "500 unknown command"u8);
                break;
        }
    }
}
