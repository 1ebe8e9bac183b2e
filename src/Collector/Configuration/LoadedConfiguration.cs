namespace Collector.Configuration;

/// <summary>A configuration that was read, right or wrong.</summary>
/// <param name="Source">For the start message: the file, or that there is none.</param>
/// <param name="File">The file's name as the user gave it; null when the defaults are in force.</param>
/// <param name="Options">Usable only while <see cref="IsGood"/>; null when the file could not be read at all.</param>
/// <param name="Settings">Every setting with its default, limits and value in force.</param>
/// <param name="Mistakes">Empty when all is well.</param>
sealed record LoadedConfiguration(string Source, string? File, CollectorOptions? Options, SettingGroup Settings, MistakeList Mistakes)
{
    [System.Diagnostics.CodeAnalysis.MemberNotNullWhen(true, nameof(Options))]
    public bool IsGood => Mistakes.Count == 0 && Options is not null;

    /// <summary>All mistakes, a line each, and how many there are.</summary>
    /// <param name="consequence">What that means.</param>
    public string RenderMistakes(string consequence = "nothing was started")
    {
        string file = SettingText.Printable(File ?? Source);
        IEnumerable<string> lines = Mistakes.InOrder.Select(m => m.Render(file));
        string more = Mistakes.LeftOut > 0 ? $", of which the first {Mistakes.InOrder.Count} are shown" : "";
        string count = Mistakes.Count == 1 ? "1 mistake" : $"{Mistakes.Count} mistakes";
        return string.Join('\n', [.. lines, $"{count} in the configuration{more}; {consequence}."]);
    }
}
