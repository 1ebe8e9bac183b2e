namespace Collector.Configuration;

/// <summary>Finds, reads and checks the configuration. Nothing but the one file configures: environment variables only where it names them.</summary>
static class ConfigurationLoader
{
    /// <summary>Read when no file is named and this one exists.</summary>
    public const string DefaultFile = "/etc/collector/collector.yaml";

    /// <summary>The largest real configurations are some 50 KiB.</summary>
    public const int FileBytesMax = 1 << 20;

    /// <summary>Never throws for what a user can do wrong: the mistakes are in the answer.</summary>
    /// <param name="file">Named by the user; null looks for <see cref="DefaultFile"/>, and takes the defaults when that does not exist.</param>
    public static LoadedConfiguration Load(string? file)
    {
        if (file is null && !File.Exists(DefaultFile))
        {
            return Read(null, null, new MistakeList(), $"the defaults (no --config, and no {DefaultFile})");
        }

        file ??= DefaultFile;
        MistakeList mistakes = new();
        try
        {
            byte[]? bytes = BoundedFile.Read(file, FileBytesMax);
            if (bytes is not null)
            {
                return Parse(bytes, file, Environment.GetEnvironmentVariable);
            }

            mistakes.Add(default, "", $"longer than {SettingText.Bytes(FileBytesMax)}; this is not a configuration of the collector");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            mistakes.Add(default, "", "cannot be read: " + BoundedFile.Why(e));
        }

        return new LoadedConfiguration(file, file, null, new SettingGroup("", "", ""), mistakes);
    }

    /// <param name="utf8">Content of the file.</param>
    /// <param name="file">Its name, for messages and for relative paths in it.</param>
    /// <param name="variable">Environment variables that the file may name.</param>
    public static LoadedConfiguration Parse(ReadOnlySpan<byte> utf8, string file, Func<string, string?> variable)
    {
        MistakeList mistakes = new();
        string folder = Path.GetDirectoryName(Path.GetFullPath(file)) ?? "/";
        SettingNode? root = YamlTree.Parse(utf8, new Substitution(variable, folder), mistakes);
        return root is null
            ? new LoadedConfiguration(file, file, null, new SettingGroup("", "", ""), mistakes)
            : Read(root, file, mistakes, file);
    }

    static LoadedConfiguration Read(SettingNode? root, string? file, MistakeList mistakes, string source)
    {
        YamlOptionsReader reader = YamlOptionsReader.Root(root, mistakes);
        CollectorOptions options = CollectorOptions.Read(reader);
        reader.Finish();
        return new LoadedConfiguration(source, file, options, reader.Group, mistakes);
    }
}
