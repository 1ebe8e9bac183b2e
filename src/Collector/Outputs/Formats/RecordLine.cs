using Collector.Pipeline;
using Receivers;

namespace Collector.Outputs.Formats;

/// <summary>Writes records as the user's <c>format</c> says: the one place that knows the choices. Each task has its own.</summary>
sealed class RecordLine
{
    readonly LineFormat _format;
    readonly RecordJson _json = new();
    readonly TextLine _text;

    /// <param name="format">The user's choice.</param>
    /// <param name="text">How text looks where it differs, as on a terminal.</param>
    public RecordLine(LineFormat format, TextLine? text = null)
    {
        _format = format;
        _text = text ?? new TextLine();
    }

    /// <summary>The words of the configuration, in the order of <see cref="LineFormat"/>.</summary>
    public static IReadOnlyList<string> Words { get; } = ["json", "text", "original"];

    /// <summary>Reads the key <c>format</c>.</summary>
    public static LineFormat ReadFormat(OptionsReader options) => (LineFormat)options.Choice(
        "format", (int)LineFormat.Json, Words,
        "`json` writes all that is known as a JSON object a line, `text` a line for people, `original` the line as the sender sent it.");

    /// <summary>Appends the record, without a line feed; it never holds one.</summary>
    /// <param name="to">Grows as needed.</param>
    /// <param name="batch">Read only.</param>
    /// <param name="index">Of the record.</param>
    public void Write(PayloadBuffer to, ClassifiedBatch batch, int index)
    {
        switch (_format)
        {
            case LineFormat.Json:
                _json.Write(to, batch, index);
                break;
            case LineFormat.Text:
                _text.Write(to, batch, index);
                break;
            default:
                OriginalLine.Write(to, batch, index);
                break;
        }
    }

    /// <summary>Appends the record and a line feed.</summary>
    public void WriteLine(PayloadBuffer to, ClassifiedBatch batch, int index)
    {
        Write(to, batch, index);
        to.WriteByte((byte)'\n');
    }
}
