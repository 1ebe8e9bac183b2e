namespace Collector.Outputs.Formats;

/// <summary>What an output writes for a record where it writes one line each.</summary>
enum LineFormat
{
    /// <summary>Everything that is known, as one JSON object (<see cref="RecordJson"/>).</summary>
    Json,

    /// <summary>Time, verdict, host, app and text for people (<see cref="TextLine"/>).</summary>
    Text,

    /// <summary>What the sender sent (<see cref="OriginalLine"/>).</summary>
    Original,
}
