using System.Text.RegularExpressions;
using Packaging.Tests.Tools;
using Tests.Shared;

namespace Packaging.Tests.Release;

/// <summary>The man page and the completion say what the binary says.</summary>
public sealed partial class ManualTests
{
    [ToolFact("man")]
    public async Task ManPage_Formatted_HasNoWarning()
    {
        ToolResult result = await Tool.RunAsync("man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", Repository.PathTo("packaging", "man", "collector.1"));
        result.Succeeded();
        Assert.Equal("", result.Errors);
    }

    [Fact]
    public async Task ManPageAndCompletion_NameTheCommandsAndOptionsOfTheBinary()
    {
        string page = (await File.ReadAllTextAsync(Repository.PathTo("packaging", "man", "collector.1"))).Replace(@"\-", "-", StringComparison.Ordinal);
        string[] commands = await CommandsAsync();
        Assert.NotEmpty(commands);
        Assert.Equal(commands.Order(), Words(await CompleteAsync("")).Where(w => !w.StartsWith('-')).Order());
        foreach (string command in commands.Prepend(""))
        {
            string[] options = [.. Option().Matches(await HelpAsync(command)).Select(m => m.Value).Distinct()];
            Assert.Equal(options.Order(), Words(await CompleteAsync($"{command} -")).Order());
            Assert.Contains(command, page, StringComparison.Ordinal);
            Assert.All(options.Except(["--help", "--version"]), option => Assert.Contains(option, page, StringComparison.Ordinal));
        }
    }

    static async Task<string[]> CommandsAsync() => [.. Command().Matches((await HelpAsync("")).Split("Commands:")[1].Split("\n\n")[0]).Select(m => m.Groups[1].Value)];

    static async Task<string> HelpAsync(string command) =>
        (await Tool.RunAsync(CollectorBinary.Path, [.. Words(command), "--help"])).Succeeded().Split("Examples:")[0];

    /// <summary>What bash offers at the end of <c>collector LINE</c>.</summary>
    static async Task<string> CompleteAsync(string line) => (await Tool.RunAsync("bash", "-c", """
        source "$1"
        compopt() { :; }
        COMP_WORDS=(collector $2)
        [[ $2 == *- ]] || COMP_WORDS+=('')
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _collector
        printf '%s\n' "${COMPREPLY[@]}"
        """, "bash", Repository.PathTo("packaging", "deb", "collector.bash-completion"), line)).Succeeded();

    static string[] Words(string text) => text.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex(@"^  ([a-z-]+)", RegexOptions.Multiline)]
    private static partial Regex Command();

    [GeneratedRegex(@"(?<=[ ,])--[a-z-]+")]
    private static partial Regex Option();
}
