namespace Receivers.Syslog;

/// <summary>The start of a RELP frame: <c>TXNR SP COMMAND SP DATALEN</c>, then <c>SP DATA</c> unless it is empty, then LF. Source: relp.html of librelp.</summary>
/// <param name="Transaction">1 to 999,999,999.</param>
/// <param name="Command">What to do.</param>
/// <param name="DataStart">Bytes before the data.</param>
/// <param name="DataLength">Bytes of data; an LF follows.</param>
readonly record struct RelpHeader(int Transaction, RelpCommand Command, int DataStart, int DataLength)
{
    const int DigitsMax = 9;
    const int CommandLengthMax = 32;

    /// <param name="unread">From the start of a frame.</param>
    /// <param name="header">The header when it is complete.</param>
    /// <returns>False for bytes that can never become one.</returns>
    public static bool TryRead(ReadOnlySpan<byte> unread, out RelpHeader? header)
    {
        header = null;
        int at = 0;
        if (!TryReadNumber(unread, ref at, out int transaction, out bool isWhole) || !isWhole)
        {
            return !isWhole;
        }

        ReadOnlySpan<byte> rest = unread[at..];
        int length = rest[..Math.Min(rest.Length, CommandLengthMax + 1)].IndexOf((byte)' ');
        if (length < 0)
        {
            return rest.Length <= CommandLengthMax;
        }

        RelpCommand command = CommandOf(rest[..length]);
        at += length + 1;
        if (!TryReadNumber(unread, ref at, out int dataLength, out isWhole, allowsLineEnd: true) || !isWhole)
        {
            return !isWhole;
        }

        // "0 LF" ends at the line end itself; a sender that writes the blank anyway is understood.
        if (dataLength == 0 && unread[at - 1] == '\n')
        {
            at--;
        }

        header = new RelpHeader(transaction, command, at, dataLength);
        return true;
    }

    /// <summary>Digits and the blank behind them. <c>isWhole</c> is false, and the result true, when the bytes end too early to tell.</summary>
    static bool TryReadNumber(ReadOnlySpan<byte> unread, ref int at, out int number, out bool isWhole, bool allowsLineEnd = false)
    {
        number = 0;
        isWhole = false;
        int digits = 0;
        for (; at < unread.Length; at++, digits++)
        {
            byte b = unread[at];
            if ((uint)(b - '0') <= 9 && digits < DigitsMax)
            {
                number = (number * 10) + b - '0';
                continue;
            }

            isWhole = true;
            at++;
            return digits > 0 && (b == ' ' || (allowsLineEnd && b == '\n'));
        }

        return true;
    }

    static RelpCommand CommandOf(ReadOnlySpan<byte> word) => word switch
    {
        _ when word.SequenceEqual("syslog"u8) => RelpCommand.Syslog,
        _ when word.SequenceEqual("open"u8) => RelpCommand.Open,
        _ when word.SequenceEqual("close"u8) => RelpCommand.Close,
        _ => RelpCommand.Other,
    };
}

/// <summary>Commands of a RELP client.</summary>
enum RelpCommand : byte
{
    Other,
    Open,
    Syslog,
    Close,
}
