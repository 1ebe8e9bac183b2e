namespace Collector.Tests.Shared;

/// <summary>An empty folder that goes away with its test.</summary>
sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("collector-test-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <returns>Path of the file.</returns>
    public string Write(string name, string content)
    {
        File.WriteAllText(this[name], content);
        return this[name];
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
