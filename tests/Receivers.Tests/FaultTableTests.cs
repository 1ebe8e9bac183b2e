using System.Text.RegularExpressions;
using Tests.Shared;

namespace Receivers.Tests;

/// <summary>docs/faults.md names tests that are there.</summary>
public sealed partial class FaultTableTests
{
    [Fact]
    public void Table_NamesTests_ThatAreThere()
    {
        string[] sources = [.. Directory.EnumerateFiles(Repository.PathTo("tests"), "*Tests.cs", SearchOption.AllDirectories).Select(File.ReadAllText)];
        string[] missing =
        [
            .. NamedTest().Matches(File.ReadAllText(Repository.PathTo("docs", "faults.md")))
                .Where(m => !sources.Any(s => s.Contains($"class {m.Groups[1].Value}", StringComparison.Ordinal) && s.Contains($" {m.Groups[2].Value}(", StringComparison.Ordinal)))
                .Select(m => m.Value),
        ];
        Assert.Empty(missing);
    }

    [GeneratedRegex(@"`(\w+Tests)\.(\w+)`")]
    private static partial Regex NamedTest();
}
