namespace Packaging.Tests.Tools;

/// <summary>A folder that goes with the test.</summary>
sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("collector-").FullName;

    public string PathTo(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>Writes a file and returns its path.</summary>
    public string Write(string name, string text)
    {
        string path = PathTo(name);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
