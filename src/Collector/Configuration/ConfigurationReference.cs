using System.Text;

namespace Collector.Configuration;

/// <summary>Writes <c>docs/configuration.md</c> from the same calls that read a configuration, so that neither can have a key the other lacks.</summary>
static class ConfigurationReference
{
    const string Introduction = """
        # Configuration

        <!-- Made by `collector check --reference`; a test compares the two. Change the texts where the settings are read. -->

        One YAML file. `collector --config FILE` names it; without `--config`, `/etc/collector/collector.yaml` is read when it exists, and without either the
        defaults below are in force: syslog comes in, metrics and health are served, critical records go to standard output.

        `collector check` reads the same file, starts nothing, and prints either every mistake with its line or every setting in force.

        - `${NAME}` in a value is replaced by an environment variable, `${file:/run/secrets/token}` by the content of a file without its last line ends
          (a relative path starts at the folder of the configuration). `$$` is a plain `$`. Such values are secrets: they are never printed. Put them in quotes.
        - No environment variable is read unless the file names it, but for the defaults of an `otlp` output that the file configures: `OTEL_EXPORTER_OTLP_*`.
        - An unknown key, a key written twice and a value out of its limits are mistakes; nothing starts until they are mended (exit code 2).
        - Sizes are `64KiB`, `1MiB`, `2GiB` or a number of bytes; durations `250ms`, `10s`, `5m`, `2h`, `1d`; addresses `0.0.0.0:5514` or `[::]:5514`, which takes IPv4 too, and `off` closes one.
        - Anchors and aliases work. The file may hold 1 MiB, 32 levels and 100,000 values.

        """;

    /// <summary>Reads nothing but the defaults; every kind of receiver and output is described.</summary>
    public static string Write()
    {
        MistakeList mistakes = new();
        YamlOptionsReader root = YamlOptionsReader.Root(null, mistakes, isReference: true);
        CollectorOptions.Read(root, everyKind: true);
        StringBuilder text = new(Introduction);
        WriteGroup(text, root.Group);
        return text.ToString();
    }

    static void WriteGroup(StringBuilder text, SettingGroup group)
    {
        text.Append("\n## ").Append(group.Path.Length == 0 ? "At the top" : $"`{group.Path}`").Append('\n');
        if (group.About.Length > 0)
        {
            text.Append('\n').Append(Cell(group.About)).Append('\n');
        }

        if (group.Settings.Count > 0)
        {
            text.Append("\n| key | value | default | meaning |\n|---|---|---|---|\n");
            foreach (Setting setting in group.Settings)
            {
                string limits = setting.Limits.Length > 0 ? ", " + setting.Limits : "";
                string fallback = setting.Default.Length > 0 ? $"`{setting.Default}`" : "";
                text.Append($"| `{setting.Key}` | {setting.Type}{Cell(limits)} | {Cell(fallback)} | {Cell(setting.About)} |\n");
            }
        }

        foreach (SettingGroup inner in group.Groups)
        {
            WriteGroup(text, inner);
        }
    }

    static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
