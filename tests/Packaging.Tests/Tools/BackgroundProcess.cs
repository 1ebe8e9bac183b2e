using System.Diagnostics;
using System.Text;

namespace Packaging.Tests.Tools;

/// <summary>A program that runs beside the test and ends with it.</summary>
sealed class BackgroundProcess : IDisposable
{
    readonly Process _process;
    readonly StringBuilder _said = new();

    public BackgroundProcess(string file, params IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += Note;
        _process.ErrorDataReceived += Note;
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>All that it printed so far.</summary>
    public string Said
    {
        get
        {
            lock (_said)
            {
                return _said.ToString();
            }
        }
    }

    public bool HasExited => _process.HasExited;

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    void Note(object sender, DataReceivedEventArgs line)
    {
        lock (_said)
        {
            _said.AppendLine(line.Data);
        }
    }
}
