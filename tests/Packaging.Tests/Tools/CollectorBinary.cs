using Tests.Shared;

namespace Packaging.Tests.Tools;

/// <summary>The published binary that is packaged.</summary>
static class CollectorBinary
{
    /// <summary>From <c>COLLECTOR_BINARY</c>, else where <c>test.sh</c> puts it.</summary>
    public static string Path { get; } = Find();

    static string Find()
    {
        string path = Environment.GetEnvironmentVariable("COLLECTOR_BINARY") ?? Repository.PathTo("artifacts", "collector");
        return File.Exists(path) ? path : throw new InvalidOperationException($"{path} is missing: dotnet publish -c Release src/Collector -o artifacts/publish && cp artifacts/publish/collector artifacts/");
    }
}
