namespace Receivers.Syslog;

/// <summary>How a stream is cut into frames.</summary>
public enum SyslogFraming : byte
{
    /// <summary>Told apart frame by frame: octet count, LF, CR LF or NUL.</summary>
    Auto,

    /// <summary>RFC 6587 octet counting, also before text without a PRI; a frame without a count is read up to its LF.</summary>
    Octet,

    /// <summary>Up to LF or CR LF; NUL is text.</summary>
    Lf,

    /// <summary>Up to NUL; LF is text.</summary>
    Nul,
}
