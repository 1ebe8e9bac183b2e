namespace Collector.Commands.Classifying;

/// <summary>A file to classify, or standard input.</summary>
/// <param name="Name">As the user gave it; <c>-</c> is standard input.</param>
sealed record LogSource(string Name)
{
    public const string StandardInput = "-";

    public bool IsStandardInput => Name == StandardInput;

    /// <summary>Size in bytes before decompression; 0 when nobody knows.</summary>
    public long Length => IsStandardInput || !File.Exists(Name) ? 0 : new FileInfo(Name).Length;

    /// <returns>Null when it can be read; else why not.</returns>
    public string? Problem()
    {
        if (IsStandardInput)
        {
            return null;
        }

        if (Directory.Exists(Name))
        {
            return "it is a folder";
        }

        try
        {
            using FileStream file = Open();
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return Configuration.BoundedFile.Why(e);
        }
    }

    public Stream Open(CommandIo io) => IsStandardInput ? io.OpenInput() : Open();

    FileStream Open() => new(Name, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
}
