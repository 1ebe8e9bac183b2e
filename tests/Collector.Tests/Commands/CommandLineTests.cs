using Tests.Shared;

namespace Collector.Tests.Commands;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("")]
    [InlineData("run")]
    [InlineData("check")]
    [InlineData("classify")]
    [InlineData("explain")]
    [InlineData("templates")]
    [InlineData("healthcheck")]
    [InlineData("alert-test")]
    [InlineData("version")]
    public async Task RunAsync_Help_TeachesTheCommand(string command)
    {
        Invocation help = await Invocation.OfAsync(command.Length == 0 ? ["--help"] : [command, "--help"]);
        Assert.Equal((0, ""), (help.Code, help.Error));
        Snapshot.Verify(help.Output, parameters: command.Length == 0 ? "collector" : command);
    }

    [Theory]
    [InlineData("chekc")]
    [InlineData("check", "--conf", "x")]
    [InlineData("check", "--config")]
    [InlineData("explain")]
    [InlineData("explain", "a", "b")]
    [InlineData("explain", " ")]
    [InlineData("classify")]
    [InlineData("healthcheck", "--url", "nonsense")]
    [InlineData("healthcheck", "--url", "file:///etc/passwd")]
    [InlineData("\u001b[31m")]
    public async Task RunAsync_WrongUsage_EndsWith2AndSaysWhy(params string[] arguments)
    {
        Invocation result = await Invocation.OfAsync(arguments);
        Assert.Equal((2, ""), (result.Code, result.Output));
        Assert.NotEmpty(result.Error);
        Assert.DoesNotContain('\u001b', result.Error);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("check")]
    [InlineData("explain", "x")]
    [InlineData("classify", "-")]
    [InlineData("healthcheck")]
    public async Task RunAsync_WrongConfiguration_EndsWith2AndEveryMistake(params string[] arguments)
    {
        using var folder = new Shared.TemporaryFolder();
        string file = folder.Write("c.yaml", "htpp: {}\nlog: { level: lout }\n");
        Invocation result = await Invocation.OfAsync([.. arguments, "--config", file]);
        Assert.Equal((2, ""), (result.Code, result.Output));
        Assert.Contains($"{file}:1:1: htpp: unknown key; did you mean 'http'?", result.Error, StringComparison.Ordinal);
        Assert.Contains($"{file}:2:15: log.level: must be one of", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_ConfigurationMissing_EndsWith2()
    {
        Invocation result = await Invocation.OfAsync("-c", "/no/such.yaml", "check");
        Assert.Equal((2, "/no/such.yaml: cannot be read: no such file\n1 mistake in the configuration; nothing was started.\n"), (result.Code, result.Error));
    }

    [Fact]
    public async Task RunAsync_Check_PrintsTheSettingsInForce()
    {
        Invocation result = await Invocation.OfAsync("check");
        Assert.Equal(0, result.Code);
        Assert.Contains("  listen: 0.0.0.0:8000 ", result.Output, StringComparison.Ordinal);
        Assert.StartsWith("The configuration is good: ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_Version_NamesModelAndRuntime()
    {
        Invocation result = await Invocation.OfAsync("version");
        Assert.Equal(0, result.Code);
        Assert.Matches(@"^collector \d+\.\d+\.\d+\S*\nmodel     severity-1, sha256 [0-9a-f]{64}\nvectors   (scalar|128|256|512)\nruntime   .NET ", result.Output);
    }
}
