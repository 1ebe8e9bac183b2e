using Receivers;

namespace Collector.Samples;

/// <summary>Settings under <c>classifier.samples</c>.</summary>
/// <param name="File">JSON lines, appended to.</param>
/// <param name="Below">Verdicts less sure than this are kept.</param>
/// <param name="Max">Lines of the file, and templates that are remembered.</param>
sealed record SampleOptions(string File, float Below, int Max)
{
    /// <returns>Null unless a file is named.</returns>
    public static SampleOptions? Read(OptionsReader reader)
    {
        string? file = reader.Text("file", null, "File that gets a line for each template on which the model is unsure, for people to label; readable by its owner only. Without it none is kept.");
        double below = reader.Fraction("below", 0.6, 0, 1, "Confidence below which a verdict is unsure.");
        long max = reader.Number("max", 10_000, 1, 1_000_000, "Lines at most, one a template. When full, nothing more is kept until the file is moved away and the configuration reloaded.");
        return file is null ? null : new SampleOptions(file, (float)below, (int)max);
    }
}
