using Collector.Outputs.Formats;
using Collector.Pipeline;

namespace Collector.Outputs.Requests;

/// <summary>An output that sends requests of bounded size and hears what became of each.</summary>
/// <remarks>A batch may need several; what is done when one of them has to be tried again is not sent a second time.</remarks>
/// <param name="name">As configured.</param>
/// <param name="payload">Owned.</param>
/// <param name="open">Makes the sender at start; throws <see cref="OutputStartException"/>.</param>
sealed class RequestOutput(string name, IRequestPayload payload, Func<IRequestSender> open) : IOutput
{
    /// <summary>Reason of records that alone are larger than a request may be.</summary>
    public const string TooLarge = "too_large";

    readonly PayloadBuffer _body = new();
    readonly List<int> _lost = [];
    IRequestSender? _sender;

    public string Name { get; } = name;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _sender = open();
        return Task.CompletedTask;
    }

    public async ValueTask<SendOutcome> SendAsync(ClassifiedBatch batch, ReadOnlyMemory<int> selected, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<int> left = selected;
        int rejected = 0;
        _lost.Clear();
        bool isRefused = false;
        SendOutcome worst = SendOutcome.Delivered;
        while (!left.IsEmpty)
        {
            _body.Clear();
            RequestPart part = payload.Write(_body, batch, left.Span);
            if (part.TooLarge > 0)
            {
                rejected += part.TooLarge;
                _lost.AddRange(left.Span[..part.TooLarge]);
                worst = worst with { Reason = TooLarge, Detail = "a record alone is larger than request_bytes_max" };
            }

            if (part.Written > 0)
            {
                SendOutcome answer = await _sender!.SendAsync(_body.Memory, part.Written, cancellationToken).ConfigureAwait(false);
                if (answer.Kind == SendKind.Retry)
                {
                    // Those too large are looked at again, and counted then.
                    _lost.RemoveRange(_lost.Count - part.TooLarge, part.TooLarge);
                    return answer with { Left = left.Length == selected.Length ? default : left, Rejected = rejected - part.TooLarge, Lost = Lost() };
                }

                int lost = answer.Kind == SendKind.Refused ? part.Written : Math.Clamp(answer.Rejected, 0, part.Written);
                if (lost > 0)
                {
                    rejected += lost;
                    worst = answer;
                    isRefused |= answer.Kind == SendKind.Refused;
                    if (lost == part.Written)
                    {
                        _lost.AddRange(left.Span[part.TooLarge..part.Taken]);
                    }
                }
                else if (rejected == 0 && answer.Detail.Length > 0)
                {
                    worst = answer;
                }
            }

            left = left[part.Taken..];
        }

        return isRefused && rejected == selected.Length
            ? SendOutcome.Refused(worst.Reason, worst.Detail)
            : SendOutcome.Delivered with { Rejected = rejected, Lost = Lost(), Reason = worst.Reason, Detail = worst.Detail };
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        _sender?.Dispose();
        payload.Dispose();
        _body.Dispose();
        return ValueTask.CompletedTask;
    }

    ReadOnlyMemory<int> Lost() => _lost.Count == 0 ? default : _lost.ToArray();
}
