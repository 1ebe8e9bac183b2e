namespace Collector.Configuration;

enum SettingNodeKind
{
    /// <summary>Nothing was written after the key.</summary>
    Nothing,
    Scalar,
    List,
    Map,
}

/// <summary>One value of the configuration file, with its place. Never changed once it is built; aliases share it.</summary>
sealed class SettingNode
{
    public required SettingNodeKind Kind { get; init; }

    public required Place Place { get; init; }

    /// <summary>Of a scalar: its text after substitution.</summary>
    public string Text { get; init; } = "";

    /// <summary>Some of the text came from the environment or a file: never shown.</summary>
    public bool IsSecret { get; init; }

    /// <summary>A substitution failed, which was noted: nobody needs to complain about the text once more.</summary>
    public bool IsBroken { get; init; }

    public IReadOnlyList<SettingNode> Items { get; init; } = [];

    public IReadOnlyList<SettingEntry> Entries { get; init; } = [];

    /// <summary>Nodes in this subtree, with aliases counted as often as they are used.</summary>
    public long Size { get; init; } = 1;

    /// <summary>For messages: <c>a list</c>.</summary>
    public string KindName => Kind switch
    {
        SettingNodeKind.Nothing => "nothing",
        SettingNodeKind.Scalar => "a single value",
        SettingNodeKind.List => "a list",
        _ => "a section",
    };

    /// <summary>Null when the key is not there.</summary>
    public SettingNode? Find(string key)
    {
        foreach (SettingEntry entry in Entries)
        {
            if (entry.Key == key)
            {
                return entry.Value;
            }
        }

        return null;
    }
}

/// <summary>A key of a map and its value.</summary>
readonly record struct SettingEntry(string Key, Place Place, SettingNode Value);
