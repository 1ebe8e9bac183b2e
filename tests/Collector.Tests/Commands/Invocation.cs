using System.Text;
using Collector.Commands;

namespace Collector.Tests.Commands;

/// <summary>A command run in this process, with what it wrote.</summary>
sealed record Invocation(int Code, string Output, string Error)
{
    public static async Task<Invocation> OfAsync(string[] arguments, byte[]? input = null, bool isTerminal = false)
    {
        using StringWriter output = new() { NewLine = "\n" };
        using StringWriter error = new() { NewLine = "\n" };
        using CancellationTokenSource deadline = new(TimeSpan.FromMinutes(1));
        int code = await CommandLine.RunAsync(
            arguments,
            new CommandIo
            {
                Output = output,
                Error = error,
                OpenInput = () => new MemoryStream(input ?? []),
                IsOutputTerminal = isTerminal,
                IsErrorTerminal = isTerminal,
                IsInputTerminal = input is null,
                Width = 100,
            },
            deadline.Token);
        return new Invocation(code, output.ToString(), error.ToString());
    }

    public static Task<Invocation> OfAsync(params string[] arguments) => OfAsync(arguments, null);

    public static Task<Invocation> WithInputAsync(string input, params string[] arguments) => OfAsync(arguments, Encoding.UTF8.GetBytes(input));
}
