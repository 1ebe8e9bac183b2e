namespace Collector.Outputs.Spooling;

/// <summary>Why not all that was to be written is on disk.</summary>
enum SpoolStop
{
    /// <summary>It is.</summary>
    None,

    /// <summary>The spool has reached its size.</summary>
    Full,

    /// <summary>The next entry is larger than a whole spool: waiting helps nobody.</summary>
    TooLarge,

    /// <summary>The disk has no room, and what there was before is kept.</summary>
    DiskFull,

    /// <summary>The disk refuses for another reason.</summary>
    Failed,
}
