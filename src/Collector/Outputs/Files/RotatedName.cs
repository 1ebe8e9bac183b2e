using System.Globalization;

namespace Collector.Outputs.Files;

/// <summary>Names of closed files: <c>records.jsonl.20261125T100000.123Z</c>, with <c>.gz</c> once compressed. They sort by age.</summary>
static class RotatedName
{
    public const string Compressed = ".gz";

    /// <summary>Of a file that is being compressed; left behind by a crash only.</summary>
    public const string Unfinished = ".gz.tmp";

    const string Stamp = "yyyyMMdd'T'HHmmss.fff'Z'";

    /// <summary>A name that is not taken.</summary>
    public static string For(string path, DateTimeOffset time)
    {
        for (; ; time = time.AddMilliseconds(1))
        {
            string name = path + "." + time.UtcDateTime.ToString(Stamp, CultureInfo.InvariantCulture);
            if (!File.Exists(name) && !File.Exists(name + Compressed))
            {
                return name;
            }
        }
    }

    /// <summary>The closed files of a path with this ending, oldest first. Names of any other form are not ours.</summary>
    /// <param name="path">The file that is written to.</param>
    /// <param name="ending">Empty, <see cref="Compressed"/> or <see cref="Unfinished"/>.</param>
    public static List<string> Find(string path, string ending)
    {
        string prefix = Path.GetFileName(path) + ".";
        List<string> found = [];
        foreach (string file in Directory.EnumerateFiles(Path.GetDirectoryName(path)!))
        {
            ReadOnlySpan<char> name = Path.GetFileName(file.AsSpan());
            if (name.StartsWith(prefix, StringComparison.Ordinal) && name.EndsWith(ending, StringComparison.Ordinal) && name.Length > prefix.Length + ending.Length
                && DateTime.TryParseExact(name[prefix.Length..^ending.Length], Stamp, CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
            {
                found.Add(file);
            }
        }

        found.Sort(StringComparer.Ordinal);
        return found;
    }
}
