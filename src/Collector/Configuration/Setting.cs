namespace Collector.Configuration;

/// <summary>One setting as it was read: what <c>check</c> prints and the reference documents.</summary>
/// <param name="Key">Key in its section.</param>
/// <param name="Type">For a person: <c>size</c>, <c>duration</c>, <c>one of a, b</c>.</param>
/// <param name="Default">As a user would write it; empty when there is none.</param>
/// <param name="Limits">Such as <c>1 to 64</c>; empty when there are none.</param>
/// <param name="About">Meaning, one sentence.</param>
/// <param name="Values">In force, as a user would write them: one, or the items of a list.</param>
sealed record Setting(string Key, string Type, string Default, string Limits, string About, IReadOnlyList<string> Values)
{
    /// <summary>The value is a list.</summary>
    public bool IsList { get; init; }

    /// <summary>Line in which the user wrote it; 0 when the default is in force.</summary>
    public int Line { get; init; }

    /// <summary>The value may be printed.</summary>
    public bool IsPublic { get; init; } = true;
}

/// <summary>The settings of a section in the order in which they were read, then its sections.</summary>
sealed class SettingGroup(string key, string path, string about)
{
    public string Key { get; } = key;

    /// <summary>Such as <c>receivers.syslog</c>; empty for the whole file.</summary>
    public string Path { get; } = path;

    public string About { get; } = about;

    /// <summary>One section of a list of sections, which all have the same key.</summary>
    public bool IsItem { get; init; }

    public List<Setting> Settings { get; } = [];

    public List<SettingGroup> Groups { get; } = [];

    /// <summary>The section with this key, which was read.</summary>
    public SettingGroup Section(string key) => Groups.Find(group => group.Key == key) ?? throw new InvalidOperationException($"the section '{key}' of '{Path}' was not read");

    /// <summary>All values in force are the same, secrets included; where they are written does not matter.</summary>
    /// <param name="other">The same section of another configuration.</param>
    /// <param name="except">Settings and sections of this section that do not count.</param>
    public bool HasSameValues(SettingGroup other, params string[] except) =>
        Key == other.Key
        && Settings.Count == other.Settings.Count
        && Groups.Count == other.Groups.Count
        && Settings.Zip(other.Settings).All(pair =>
            pair.First.Key == pair.Second.Key && (except.Contains(pair.First.Key) || pair.First.Values.SequenceEqual(pair.Second.Values, StringComparer.Ordinal)))
        && Groups.Zip(other.Groups).All(pair => except.Contains(pair.First.Key) || pair.First.HasSameValues(pair.Second));
}
