using System.CommandLine;

namespace Collector.Commands;

/// <summary>The option <c>--app</c> of the commands that read lines.</summary>
static class AppOption
{
    public static Option<string?> Instance { get; } = new("--app", "-a")
    {
        Description = "App name for lines that name none; the model reads it with the text.",
        HelpName = "name",
    };
}
