using System.Globalization;
using Spectre.Console;

namespace Collector.Commands.Classifying;

/// <summary>The progress bar of <c>classify</c>, on standard error and for people only.</summary>
static class ClassifyProgress
{
    /// <param name="run">Tells the bytes read.</param>
    /// <param name="sources">Tell the bytes there are.</param>
    /// <param name="summary">Tells the records done.</param>
    /// <param name="io">Where to show it.</param>
    /// <param name="withJson">JSON lines go to standard output meanwhile, which must not be the same terminal.</param>
    /// <param name="work">Called once, with what to call after each chunk.</param>
    public static async Task ShowAsync(
        ClassifyRun run, IReadOnlyList<LogSource> sources, ClassifySummary summary, CommandIo io, bool withJson, Func<Action, Task> work)
    {
        if (!io.IsErrorTerminal || (withJson && io.IsOutputTerminal))
        {
            await work(static () => { });
            return;
        }

        long length = sources.Any(s => s.IsStandardInput) ? 0 : sources.Sum(s => s.Length);
        await Terminal.Of(io.Error, isTerminal: true, io.Width).Progress()
            .AutoClear(true)
            .Columns(new SpinnerColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(), new TaskDescriptionColumn())
            .StartAsync(async context =>
            {
                ProgressTask bar = context.AddTask("classifying", maxValue: Math.Max(1, length));
                bar.IsIndeterminate = length == 0;
                await work(() =>
                {
                    if (length > 0)
                    {
                        bar.Value = Math.Min(run.BytesRead, length);
                    }

                    bar.Description = string.Create(CultureInfo.InvariantCulture, $"{summary.Records:N0} records");
                });
            });
    }
}
