using Receivers;

namespace Collector.Outputs.Formats;

/// <summary>Tells what a <see cref="LogRecord.HeaderWord"/> is: written as <c>sequence_id</c> (as RFC 5424 calls it) or as <c>level_word</c>.</summary>
static class HeaderWords
{
    public static bool IsSequence(ReadOnlySpan<byte> word) => !word.IsEmpty && char.IsAsciiDigit((char)word[0]);
}
