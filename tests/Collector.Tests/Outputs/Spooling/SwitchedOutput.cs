using System.Globalization;
using System.Text;
using Collector.Outputs;
using Collector.Pipeline;

namespace Collector.Tests.Outputs.Spooling;

/// <summary>A far side that is down until it is switched on, and then notes the numbers that bodies begin with.</summary>
sealed class SwitchedOutput : IOutput
{
    readonly List<int> _numbers = [];

    public volatile bool IsUp;

    /// <summary>What it answers until then.</summary>
    public SendOutcome WhileDown { get; set; } = SendOutcome.Retry("down", "nobody there");

    /// <summary>Its start fails.</summary>
    public bool IsBroken { get; init; }

    public string Name => "test";

    public IReadOnlyList<int> Numbers
    {
        get
        {
            lock (_numbers)
            {
                return [.. _numbers];
            }
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) =>
        IsBroken ? Task.FromException(new OutputStartException("broken")) : Task.CompletedTask;

    public ValueTask<SendOutcome> SendAsync(ClassifiedBatch batch, ReadOnlyMemory<int> selected, CancellationToken cancellationToken)
    {
        if (!IsUp)
        {
            return ValueTask.FromResult(WhileDown);
        }

        lock (_numbers)
        {
            foreach (int index in selected.Span)
            {
                _numbers.Add(int.Parse(Encoding.UTF8.GetString(batch[batch.Records[index].Body]).Split(' ')[0], CultureInfo.InvariantCulture));
            }
        }

        return ValueTask.FromResult(SendOutcome.Delivered);
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
