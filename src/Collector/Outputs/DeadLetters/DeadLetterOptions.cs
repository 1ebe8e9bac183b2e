using Receivers;

namespace Collector.Outputs.DeadLetters;

/// <summary>Settings under <c>dead_letters</c>.</summary>
/// <param name="Path">Full path of the file.</param>
/// <param name="FileBytesMax">Size at which a new file is begun.</param>
/// <param name="Files">Files that are kept, the open one included.</param>
sealed record DeadLetterOptions(string Path, long FileBytesMax, int Files)
{
    public const string Section = "dead_letters";

    const string Off = "off";
    const string DefaultName = "dead-letters.jsonl";

    /// <param name="reader">The section.</param>
    /// <param name="stateFolder">Where the file is unless one is named; null when nothing is kept.</param>
    /// <returns>Null: none are kept.</returns>
    public static DeadLetterOptions? Read(OptionsReader reader, string? stateFolder)
    {
        string? path = reader.Text("path", null, "File for them, readable by its owner only; `off` for none. Without it `dead-letters.jsonl` in `classifier.state_folder`, and none without such a folder.");
        // 64 MiB in all: some 100,000 records.
        long bytes = reader.Bytes("file_bytes_max", 16 << 20, 1 << 20, 1L << 40, "Size at which a new file is begun.");
        int files = (int)reader.Number("files", 4, 1, 10_000, "Files that are kept; the oldest is deleted when one more is begun.");
        if (path is not null && path != Off && (!System.IO.Path.IsPathRooted(path) || path.EndsWith('/')))
        {
            reader.Mistake("path", $"'{path}' must be the full path of a file, such as /var/lib/collector/{DefaultName}, or {Off}");
        }

        path ??= stateFolder is null ? Off : System.IO.Path.Combine(System.IO.Path.GetFullPath(stateFolder), DefaultName);
        return path == Off ? null : new DeadLetterOptions(path, bytes, files);
    }
}
