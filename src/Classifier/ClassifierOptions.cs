namespace Classifier;

/// <summary>Settings of the classifier. Nobody writes to them once the classifier is made.</summary>
public sealed class ClassifierOptions
{
    public const int InferenceThreadsMax = 256;
    public const int QueueTemplatesMin = 16;
    public const int QueueTemplatesLimit = 1_048_576;
    public const int CacheEntriesMin = 1_024;
    public const int CacheEntriesLimit = 64 * 1_048_576;
    public const long CacheBytesMin = 64 * 1024;
    public const long CacheBytesLimit = 16L * 1024 * 1024 * 1024;
    public const int SaveIntervalSecondsMin = 1;
    public const int SaveIntervalSecondsLimit = 86_400;

    /// <summary>Folder with <c>model.json</c>, the ONNX file and the vocabulary (<c>docs/models.md</c>).</summary>
    /// <value>Default null: the model that is built into the program.</value>
    public string? ModelFolder { get; set; }

    /// <summary>Folder where the template cache is kept over restarts.</summary>
    /// <value>Default null: it is not kept, and a restart asks the model about every text anew.</value>
    public string? StateFolder { get; set; }

    /// <summary>Threads that run the model; each takes one core while there is something to classify, at lower priority than the rest of the process.</summary>
    /// <value>0 to 256; default 0, which means one core less than there are, and both on a machine with two.</value>
    public int InferenceThreads { get; set; }

    /// <summary>New texts that wait for the model. More are turned away until some are done: their records keep the fallback verdict.</summary>
    /// <value>16 to 1,048,576; default 16,384: a minute of work for one core, 4 MB of texts of usual length and 22 MB of the longest.</value>
    public int QueueTemplatesMax { get; set; } = 16_384;

    /// <summary>
    /// How many texts may be ahead in the queue for a record to wait. Beyond it the record takes the fallback verdict at once, and its text is queued
    /// only when it was seen before: a flood of lines that never come again does not crowd out those that do.
    /// </summary>
    /// <value>1 to <see cref="QueueTemplatesMax"/>; default 1,024: 2 to 4 seconds of one core.</value>
    public int WaitTemplatesMax { get; set; } = 1_024;

    /// <summary>Records that wait for the model in all. More take the fallback verdict.</summary>
    /// <value>1 to 1,048,576; default 65,536: 2 MB here, and 13 MB of batches at 200 bytes a record.</value>
    public int WaitersMax { get; set; } = 65_536;

    /// <summary>Templates whose answer is remembered.</summary>
    /// <value>1,024 to 67,108,864; default 1,048,576: 27 MB when full, and 8 MB for each thread that classifies.</value>
    public int CacheEntriesMax { get; set; } = 1_048_576;

    /// <summary>Memory for them; the smaller of the two bounds holds.</summary>
    /// <value>64 KiB to 16 GiB; default 64 MiB.</value>
    public long CacheBytesMax { get; set; } = 64 * 1024 * 1024;

    /// <summary>Probability of critical from which a verdict is critical.</summary>
    /// <value>0 to 1; default null: what <c>model.json</c> says.</value>
    public float? CriticalThreshold { get; set; }

    /// <summary>Seconds between two saves of the cache; nothing is written when nothing changed.</summary>
    /// <value>1 to 86,400; default 300: what a crash costs is at most five minutes of new templates.</value>
    public int SaveIntervalSeconds { get; set; } = 300;
}
