using Collector.Outputs.Formats;
using Receivers;

namespace Collector.Outputs.Stdout;

/// <summary>How records look on standard output: <see cref="LineFormat"/>, and a choice by what it is.</summary>
enum StdoutFormat
{
    /// <summary>For people on a terminal, JSON lines elsewhere.</summary>
    Auto,

    Json,
    Text,
    Original,
}

/// <summary>Settings under <c>outputs.stdout</c>.</summary>
sealed record StdoutOptions
{
    static readonly string[] Formats = ["auto", .. RecordLine.Words];

    public StdoutFormat Format { get; init; } = StdoutFormat.Auto;

    public static StdoutOptions Read(OptionsReader options) => new()
    {
        Format = (StdoutFormat)options.Choice(
            "format", (int)StdoutFormat.Auto, Formats, "`json` writes a JSON line a record, `text` a line for people, `original` the line as the sender sent it, `auto` text on a terminal and JSON elsewhere."),
    };
}
