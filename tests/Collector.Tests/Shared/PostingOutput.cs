using System.Text;
using Collector.Alerts;
using Collector.Outputs;
using Collector.Outputs.Requests;
using Collector.Pipeline;
using Microsoft.Extensions.Logging.Abstractions;

namespace Collector.Tests.Shared;

/// <summary>Posts the bodies of a batch, a line each, and answers as the far side does: the shared queue in front of real HTTP.</summary>
sealed class PostingOutput(string address) : IOutput
{
    readonly AlertHttp _http = new(
        new AlertTarget(address, new HttpConnectionOptions()), new AlertOptions(), "test", new OutputContext(TimeProvider.System, NullLoggerFactory.Instance));

    public string Name => "test";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _http.Start();
        return Task.CompletedTask;
    }

    public async ValueTask<SendOutcome> SendAsync(ClassifiedBatch batch, ReadOnlyMemory<int> selected, CancellationToken cancellationToken)
    {
        StringBuilder lines = new();
        foreach (int index in selected.Span)
        {
            lines.Append(Encoding.UTF8.GetString(batch[batch.Records[index].Body])).Append('\n');
        }

        return await _http.PostAsync(Encoding.UTF8.GetBytes(lines.ToString()), headers: null, cancellationToken);
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }
}
