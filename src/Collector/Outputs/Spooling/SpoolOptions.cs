namespace Collector.Outputs.Spooling;

/// <summary>Where an output keeps on disk what it cannot send yet.</summary>
/// <param name="Path">Folder of its own; made when it is not there.</param>
/// <param name="BytesMax">All files in it together, in bytes.</param>
sealed record SpoolOptions(string Path, long BytesMax)
{
    /// <summary>1 GiB: an hour of 1,000 records/s of 190 bytes.</summary>
    public const long BytesMaxDefault = 1L << 30;

    // An eighth, so that the oldest can be dropped without dropping all; 16 MiB are written in a fraction of a second and deleted at once.
    public long SegmentBytes => Math.Clamp(BytesMax / 8, 64 * 1024, 16L << 20);
}
