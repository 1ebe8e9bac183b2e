using Collector.Configuration;
using Collector.Outputs.Spooling;
using Receivers;

namespace Collector.Outputs;

/// <summary>Settings that every output has, read once for all of them.</summary>
sealed record OutputQueueOptions
{
    static readonly string[] WhenFullWords = ["block", "drop_newest", "drop_oldest"];

    public OutputFilter When { get; init; } = OutputFilter.All;

    /// <summary>Memory of the batches that wait, in bytes. One batch is taken even when it alone is larger, so that it cannot wait for ever.</summary>
    /// <value>1 MiB to 16 GiB; default 64 MiB: a minute of 5,000 records/s of 90 bytes.</value>
    public long QueueBytesMax { get; init; } = 64L << 20;

    public WhenFull WhenFull { get; init; } = WhenFull.DropNewest;

    /// <summary>Where what waits for longer than a moment is kept on disk; null to keep it in memory only.</summary>
    public SpoolOptions? Spool { get; init; }

    /// <summary>How long one batch is tried again before it is dropped; zero for ever.</summary>
    /// <value>0 to 7 days; default 5 minutes, with a spool zero: it is there for far sides that are down for long.</value>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>First wait after a failure; doubles up to <see cref="RetryDelayMax"/>.</summary>
    public TimeSpan RetryDelayMin { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <value>100 ms to 10 minutes; default 30 s.</value>
    public TimeSpan RetryDelayMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <param name="options">The section of the output.</param>
    /// <param name="defaults">What this kind of output starts from.</param>
    /// <param name="rules">The configuration's rules.</param>
    /// <param name="retries">False: what the output sends is not the records, and it has settings of its own for trying again.</param>
    public static OutputQueueOptions Read(OptionsReader options, OutputQueueOptions defaults, IReadOnlyList<RuleOptions> rules, bool retries)
    {
        SpoolOptions? spool = retries ? ReadSpool(options.Section("spool", "Keeps on disk what cannot be sent yet, over restarts too. Without a path there is none.")) : null;
        return Read(options, spool is null ? defaults : defaults with { GiveUpAfter = TimeSpan.Zero }, rules, retries, spool);
    }

    static OutputQueueOptions Read(OptionsReader options, OutputQueueOptions defaults, IReadOnlyList<RuleOptions> rules, bool retries, SpoolOptions? spool) => defaults with
    {
        Spool = spool,
        When = OutputFilter.Read(options, defaults.When, rules),
        QueueBytesMax = options.Bytes("queue_bytes_max", defaults.QueueBytesMax, 1L << 20, 16L << 30, "Memory that waiting records may hold."),
        WhenFull = (WhenFull)options.Choice(
            "when_full", (int)defaults.WhenFull, WhenFullWords,
            "When the queue, and the spool where there is one, is full: `block` makes senders wait, `drop_newest` and `drop_oldest` drop records and count them."),
        GiveUpAfter = !retries ? defaults.GiveUpAfter : options.Duration(
            "give_up_after", defaults.GiveUpAfter, TimeSpan.Zero, TimeSpan.FromDays(7), "How long the same records are tried again before they are dropped; 0s never gives up, and is the default with a spool."),
        RetryDelayMax = !retries ? defaults.RetryDelayMax : options.Duration(
            "retry_delay_max", defaults.RetryDelayMax, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10), "Longest wait between two tries, unless the far side asks for more."),
    };

    static SpoolOptions? ReadSpool(OptionsReader section)
    {
        string? path = section.Text("path", null, "Folder for this output alone; made when it is not there.");
        long bytesMax = section.Bytes("bytes_max", SpoolOptions.BytesMaxDefault, 1L << 20, 1L << 40, "Size of all files in it.");
        if (!string.IsNullOrEmpty(path) && !Path.IsPathRooted(path))
        {
            section.Mistake("path", $"'{path}' must be the full path of a folder, such as /var/lib/collector/spool/otlp");
        }

        return string.IsNullOrEmpty(path) ? null : new SpoolOptions(path, bytesMax);
    }
}
