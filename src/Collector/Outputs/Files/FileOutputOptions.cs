using Collector.Outputs.Formats;
using Receivers;

namespace Collector.Outputs.Files;

/// <summary>When a record counts as written.</summary>
enum FileDurability
{
    /// <summary>When the kernel has it: survives a crash of the process, not of the machine (up to some 30 s are lost then).</summary>
    Flush,

    /// <summary>When the disk has it: each write is followed by an fdatasync.</summary>
    Fsync,
}

/// <summary>Settings under <c>outputs.file</c>.</summary>
sealed record FileOutputOptions
{
    static readonly string[] Durabilities = ["flush", "fsync"];

    /// <summary>File to append to. Rotated files get a time stamp after its name.</summary>
    public string Path { get; init; } = "/var/log/collector/records.jsonl";

    /// <value>1 MiB to 1 TiB; default 256 MiB: 700,000 records, 20 MiB compressed. 0 never rotates by size.</value>
    public long RotateBytes { get; init; } = 256L << 20;

    /// <value>1 minute to 366 days; default a day. Zero never rotates by age.</value>
    public TimeSpan RotateEvery { get; init; } = TimeSpan.FromDays(1);

    /// <value>0 to 100,000; default 30.</value>
    public int KeepFiles { get; init; } = 30;

    /// <value>Default 10 GiB.</value>
    public long KeepBytes { get; init; } = 10L << 30;

    public bool Compress { get; init; } = true;

    public FileDurability Durability { get; init; } = FileDurability.Flush;

    public LineFormat Format { get; init; }

    public static FileOutputOptions Read(OptionsReader options)
    {
        FileOutputOptions defaults = new();
        string path = options.Text("path", defaults.Path, "File to append lines to; its folder is made when it is missing.")!;
        if (!System.IO.Path.IsPathRooted(path) || path.EndsWith('/'))
        {
            options.Mistake("path", $"'{path}' must be the full path of a file, such as {defaults.Path}");
        }

        return new FileOutputOptions
        {
            Path = path,
            RotateBytes = OrOff(options, "rotate_bytes", options.Bytes(
                "rotate_bytes", defaults.RotateBytes, 0, 1L << 40, "A file that has grown to this is closed and a new one begun; 0 never.")),
            RotateEvery = OrOff(options, "rotate_every", options.Duration(
                "rotate_every", defaults.RotateEvery, TimeSpan.Zero, TimeSpan.FromDays(366), "A file of this age is closed and a new one begun; 0s never.")),
            KeepFiles = (int)options.Number("keep_files", defaults.KeepFiles, 0, 100_000, "Closed files that are kept; older ones are deleted."),
            KeepBytes = options.Bytes("keep_bytes", defaults.KeepBytes, 0, 1L << 50, "Size of all closed files together; the oldest are deleted beyond it."),
            Compress = options.Flag("compress", defaults.Compress, "Compress closed files with gzip."),
            Durability = (FileDurability)options.Choice(
                "durability", (int)defaults.Durability, Durabilities,
                "`flush`: written when the kernel has it, safe from a crash of the process; `fsync`: when the disk has it, safe from power loss and slower."),
            Format = RecordLine.ReadFormat(options),
        };
    }

    static long OrOff(OptionsReader options, string key, long bytes)
    {
        if (bytes is > 0 and < 1L << 20)
        {
            options.Mistake(key, "must be 0 or at least 1MiB");
        }

        return bytes;
    }

    static TimeSpan OrOff(OptionsReader options, string key, TimeSpan age)
    {
        if (age > TimeSpan.Zero && age < TimeSpan.FromMinutes(1))
        {
            options.Mistake(key, "must be 0s or at least 1m");
        }

        return age;
    }
}
