using System.Diagnostics;

namespace Packaging.Tests.Tools;

/// <summary>What a program printed and how it ended.</summary>
sealed record ToolResult(string Command, int ExitCode, string Output, string Errors)
{
    /// <summary>Fails the test with all that the program said, unless it ended with 0.</summary>
    public string Succeeded()
    {
        Assert.True(ExitCode == 0, $"{Command}: exit code {ExitCode}\n{Output}\n{Errors}");
        return Output;
    }
}

/// <summary>Runs a program of the system to its end.</summary>
static class Tool
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    /// <param name="file">Name on the path. A missing one fails the test with the Debian package to install.</param>
    /// <param name="arguments">As they stand; no shell reads them.</param>
    public static Task<ToolResult> RunAsync(string file, params IEnumerable<string> arguments) => RunAsync(new ProcessStartInfo(file, arguments));

    public static async Task<ToolResult> RunAsync(ProcessStartInfo start, string input = "")
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        using CancellationTokenSource deadline = new(Patience);
        using Process process = Start(start);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(deadline.Token);
            Task<string> errors = process.StandardError.ReadToEndAsync(deadline.Token);
            await process.StandardInput.WriteAsync(input.AsMemory(), deadline.Token);
            process.StandardInput.Close();
            await process.WaitForExitAsync(deadline.Token);
            return new ToolResult($"{start.FileName} {string.Join(' ', start.ArgumentList)}", process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{start.FileName} {string.Join(' ', start.ArgumentList)}: not done after {Patience}");
        }
    }

    static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new InvalidOperationException($"{start.FileName}: {missing.Message}. test.sh names the Debian packages that the tests need.", missing);
        }
    }
}
