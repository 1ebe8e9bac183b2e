using System.Runtime.CompilerServices;
using Tests.Shared;

namespace Packaging.Tests.Tools;

/// <summary>A copy of this machine with systemd running, thrown away after one script. Takes about two seconds to boot.</summary>
static class ThrowawayMachine
{
    /// <summary>Runs the script beside the test as root and fails the test unless it ends with 0.</summary>
    /// <param name="script">File name in the folder of the test.</param>
    /// <param name="files">Laid beside the script, which finds them in <c>/test</c>.</param>
    /// <param name="testFile">Filled in by the compiler.</param>
    /// <returns>What the script printed.</returns>
    public static async Task<string> RunAsync(string script, IEnumerable<string> files, [CallerFilePath] string testFile = "")
    {
        using TemporaryFolder folder = new();
        File.Copy(Path.Combine(Path.GetDirectoryName(testFile)!, script), folder.PathTo("script.sh"));
        foreach (string file in files)
        {
            File.Copy(file, folder.PathTo(Path.GetFileName(file)));
        }

        return (await Tool.RunAsync("bash", Repository.PathTo("tests", "Packaging.Tests", "Tools", "throwaway-machine.sh"), folder.Path)).Succeeded();
    }
}
