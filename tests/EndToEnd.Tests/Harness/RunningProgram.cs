using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Tests.Shared;

namespace EndToEnd.Tests.Harness;

/// <summary>A program that a test runs, with everything it prints.</summary>
sealed partial class RunningProgram : IAsyncDisposable
{
    readonly Process _process;
    readonly ConcurrentQueue<string> _output = [];
    readonly ConcurrentQueue<string> _errors = [];
    readonly SemaphoreSlim _news = new(0);

    public RunningProgram(string file, IEnumerable<string> arguments, string folder, IReadOnlyDictionary<string, string>? environment = null)
    {
        ProcessStartInfo start = new(file, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach ((string key, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[key] = value;
        }

        _process = Process.Start(start) ?? throw new InvalidOperationException("cannot start " + file);
        _process.OutputDataReceived += (_, e) => Take(_output, e.Data);
        _process.ErrorDataReceived += (_, e) => Take(_errors, e.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public IReadOnlyCollection<string> Output => _output;

    public IReadOnlyCollection<string> Errors => _errors;

    public bool HasExited => _process.HasExited;

    /// <summary>Waits for a line on either stream that the predicate likes.</summary>
    public async Task<string> WaitForLineAsync(Func<string, bool> predicate, TimeSpan? within = null)
    {
        Stopwatch clock = Stopwatch.StartNew();
        TimeSpan limit = within ?? Patience.Long;
        while (true)
        {
            if (_output.Concat(_errors).FirstOrDefault(predicate) is { } line)
            {
                return line;
            }

            if (clock.Elapsed > limit || _process.HasExited)
            {
                throw new TimeoutException($"The line never came ({(_process.HasExited ? "exited" : "still running")}). Printed:\n{Everything()}");
            }

            await _news.WaitAsync(TimeSpan.FromMilliseconds(100));
        }
    }

    public void Signal(int signal) => Assert.Equal(0, Kill(_process.Id, signal));

    /// <summary>SIGTERM, then the exit code.</summary>
    public async Task<int> StopAsync(TimeSpan? within = null)
    {
        if (!_process.HasExited)
        {
            Signal(15);
        }

        return await ExitAsync(within);
    }

    public async Task<int> ExitAsync(TimeSpan? within = null)
    {
        using CancellationTokenSource deadline = new(within ?? Patience.Long);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException("Did not exit. Printed:\n" + Everything());
        }

        return _process.ExitCode;
    }

    public string Everything() => string.Join('\n', _errors.Concat(_output));

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        _news.Dispose();
    }

    void Take(ConcurrentQueue<string> lines, string? line)
    {
        if (line is not null)
        {
            lines.Enqueue(line);
            _news.Release();
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
