namespace Receivers.Syslog;

/// <summary>Where a frame lies in the unread bytes of a stream.</summary>
/// <param name="Start">Index of its first byte.</param>
/// <param name="Length">Bytes without count and delimiter; never 0.</param>
/// <param name="Marks"><c>Truncated</c>, <c>Incomplete</c> and <c>UnexpectedFraming</c>.</param>
/// <param name="IsAscii">True: all its bytes are. False: that is not known.</param>
public readonly record struct SyslogFrame(int Start, int Length, ParseMarks Marks, bool IsAscii = false);
