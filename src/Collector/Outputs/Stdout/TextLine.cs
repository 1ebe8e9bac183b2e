using System.Globalization;
using Classifier;
using Collector.Outputs.Formats;
using Collector.Pipeline;
using Receivers;

namespace Collector.Outputs.Stdout;

/// <summary>A record as one line for people: time, severity, category, host, app, text.</summary>
/// <remarks>Local time of the terminal's machine. Whatever the record holds is text only (<see cref="SafeText"/>).</remarks>
sealed class TextLine(bool isColoured, TimeZoneInfo zone)
{
    // A terminal shows some 25 lines of this; the JSON line has everything.
    const int BodyBytesMax = 2048;

    /// <summary>Appends the line and a line feed.</summary>
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
        to.WriteByte((byte)'\n');
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

    static void WriteBody(PayloadBuffer to, ReadOnlySpan<byte> body)
    {
        if (body.Length <= BodyBytesMax)
        {
            SafeText.Write(to, body);
            return;
        }

        int cut = BodyBytesMax;
        while (cut > BodyBytesMax - 4 && (body[cut] & 0xC0) == 0x80)
        {
            cut--;
        }

        SafeText.Write(to, body[..cut]);
        to.Write(" …"u8);
    }

    void WriteTime(PayloadBuffer to, long unixNano)
    {
        DateTimeOffset time = TimeZoneInfo.ConvertTime(DateTimeOffset.UnixEpoch.AddTicks(unixNano / 100), zone);
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
        if (isColoured)
        {
            to.Write(sequence);
        }
    }
}
