using System.Globalization;
using Classifier;
using Collector.Pipeline;
using Receivers;

namespace Collector.Outputs.Formats;

/// <summary>A record as one line for people: time, severity, category, host, app, text.</summary>
/// <remarks>
/// On a terminal: time of day of the terminal's machine, and long texts cut. Elsewhere: date and time in UTC, and the text whole. Whatever the record holds
/// is text only (<see cref="SafeText"/>).
/// </remarks>
sealed class TextLine
{
    // A terminal shows some 25 lines of this.
    const int TerminalBodyBytesMax = 2048;

    readonly bool _isColoured;
    readonly TimeZoneInfo? _zone;
    readonly int _bodyBytesMax;

    /// <summary>For files and programs.</summary>
    public TextLine() => _bodyBytesMax = int.MaxValue;

    /// <summary>For a terminal.</summary>
    public TextLine(bool isColoured, TimeZoneInfo zone) => (_isColoured, _zone, _bodyBytesMax) = (isColoured, zone, TerminalBodyBytesMax);

    /// <summary>Appends the line, without a line feed.</summary>
    public void Write(PayloadBuffer to, ClassifiedBatch batch, int index)
    {
        ref readonly LogRecord record = ref batch.Records[index];
        Verdict verdict = batch.Verdicts[index];
        Colour(to, "\e[90m"u8);
        WriteTime(to, record.TimestampUnixNano != 0 ? record.TimestampUnixNano : record.ObservedUnixNano);
        Colour(to, "\e[0m"u8);
        to.WriteByte((byte)' ');
        Colour(to, ColourOf(verdict.Severity));
        to.Write(Label(verdict.Severity));
        Colour(to, "\e[0m"u8);
        to.WriteByte((byte)' ');
        WritePadded(to, verdict.Category.Name(), 12);
        to.WriteByte((byte)' ');
        WriteHost(to, batch, record);
        WriteApp(to, batch, record);
        WriteBody(to, batch[record.Body]);
    }

    static ReadOnlySpan<byte> ColourOf(Severity severity) => severity switch
    {
        Severity.Critical => "\e[1;97;41m"u8,
        Severity.Error => "\e[31m"u8,
        Severity.Warning => "\e[33m"u8,
        Severity.Info => "\e[32m"u8,
        _ => "\e[90m"u8,
    };

    static ReadOnlySpan<byte> Label(Severity severity) => severity switch
    {
        Severity.Critical => "CRITICAL"u8,
        Severity.Error => "ERROR   "u8,
        Severity.Warning => "WARNING "u8,
        Severity.Info => "INFO    "u8,
        _ => "DEBUG   "u8,
    };

    static void WriteHost(PayloadBuffer to, ClassifiedBatch batch, in LogRecord record)
    {
        if (!record.Hostname.IsEmpty)
        {
            SafeText.Write(to, batch[record.Hostname]);
            to.WriteByte((byte)' ');
            return;
        }

        int length = batch.Sources[record.Source].Peer.Write(to.Reserve(64), withPort: false);
        to.Advance(length);
        if (length > 0)
        {
            to.WriteByte((byte)' ');
        }
    }

    void WriteApp(PayloadBuffer to, ClassifiedBatch batch, in LogRecord record)
    {
        if (record.AppName.IsEmpty)
        {
            return;
        }

        Colour(to, "\e[36m"u8);
        SafeText.Write(to, batch[record.AppName]);
        if (!record.ProcId.IsEmpty)
        {
            to.WriteByte((byte)'[');
            SafeText.Write(to, batch[record.ProcId]);
            to.WriteByte((byte)']');
        }

        Colour(to, "\e[0m"u8);
        to.Write(": "u8);
    }

    void WriteBody(PayloadBuffer to, ReadOnlySpan<byte> body)
    {
        if (body.Length <= _bodyBytesMax)
        {
            SafeText.Write(to, body);
            return;
        }

        int cut = _bodyBytesMax;
        while (cut > _bodyBytesMax - 4 && (body[cut] & 0xC0) == 0x80)
        {
            cut--;
        }

        SafeText.Write(to, body[..cut]);
        to.Write(" …"u8);
    }

    void WriteTime(PayloadBuffer to, long unixNano)
    {
        if (_zone is null)
        {
            Rfc3339.Write(to.Reserve(Rfc3339.Length), unixNano);
            to.Advance(Rfc3339.Length);
            return;
        }

        DateTimeOffset time = TimeZoneInfo.ConvertTime(DateTimeOffset.UnixEpoch.AddTicks(unixNano / 100), _zone);
        time.TryFormat(to.Reserve(16), out int written, "HH:mm:ss", CultureInfo.InvariantCulture);
        to.Advance(written);
    }

    static void WritePadded(PayloadBuffer to, string text, int width)
    {
        Span<byte> field = to.Reserve(width)[..width];
        field.Fill((byte)' ');
        System.Text.Encoding.ASCII.GetBytes(text, field);
        to.Advance(width);
    }

    void Colour(PayloadBuffer to, ReadOnlySpan<byte> sequence)
    {
        if (_isColoured)
        {
            to.Write(sequence);
        }
    }
}
