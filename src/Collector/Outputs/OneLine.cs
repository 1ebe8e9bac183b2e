namespace Collector.Outputs;

/// <summary>Text from outside, made fit for a log line: no controls, bounded.</summary>
static class OneLine
{
    const int LengthMax = 300;

    public static string Of(string text)
    {
        int length = Math.Min(text.Length, LengthMax);
        return string.Create(length, text, static (line, source) =>
        {
            for (int i = 0; i < line.Length; i++)
            {
                char c = source[i];
                line[i] = char.IsControl(c) || c is '\u2028' or '\u2029' ? ' ' : c;
            }
        });
    }
}
