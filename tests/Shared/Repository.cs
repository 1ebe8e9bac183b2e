namespace Tests.Shared;

/// <summary>Places in the checkout, wherever the test assembly was built to.</summary>
static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>A path below the root.</summary>
    public static string PathTo(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>Cases of other projects, kept beside the checkout and never in it; null where they are not to be had.</summary>
    public static string? Conformance(string file)
    {
        string path = Path.GetFullPath(PathTo("..", "shared", "conformance", file));
        return File.Exists(path) ? path : null;
    }

    static string FindRoot()
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Collector.sln")))
            {
                return folder;
            }
        }

        throw new InvalidOperationException("The tests must run inside the checkout: no Collector.sln above " + AppContext.BaseDirectory);
    }
}
