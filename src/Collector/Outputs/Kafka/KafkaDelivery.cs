using Confluent.Kafka;

namespace Collector.Outputs.Kafka;

/// <summary>Waits for the reports of one send's records. Reports come on librdkafka's thread.</summary>
sealed class KafkaDelivery(ReadOnlyMemory<int> selected)
{
    readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly Lock _lock = new();
    readonly List<int> _left = [];
    int _open = selected.Length;
    readonly List<int> _refused = [];
    Error? _retryError;
    Error? _refusal;

    /// <summary>Ends when every record's report is in.</summary>
    public Task Completion => _done.Task;

    /// <param name="place">Of the record in the selection.</param>
    /// <param name="error">Null or one without an error: the brokers have the record.</param>
    public void Report(int place, Error? error)
    {
        if (error is { IsError: true })
        {
            Note(place, error);
        }

        if (Interlocked.Decrement(ref _open) == 0)
        {
            _done.TrySetResult();
        }
    }

    /// <param name="brokers">What the brokers' connections said last, for the message; empty for nothing.</param>
    public SendOutcome Outcome(string brokers)
    {
        lock (_lock)
        {
            if (_retryError is null)
            {
                return _refusal is null
                    ? SendOutcome.Delivered
                    : new SendOutcome(SendKind.Delivered, _refused.Count, default, KafkaErrors.Reason(_refusal.Code), _refusal.Reason) { Lost = _refused.ToArray() };
            }

            string detail = brokers.Length == 0 || brokers == _retryError.Reason ? _retryError.Reason : $"{_retryError.Reason} ({brokers})";
            _left.Sort();
            return SendOutcome.Retry(KafkaErrors.Reason(_retryError.Code), detail) with { Left = _left.ToArray(), Rejected = _refused.Count, Lost = _refused.ToArray() };
        }
    }

    void Note(int place, Error error)
    {
        lock (_lock)
        {
            if (KafkaErrors.IsPermanent(error.Code))
            {
                _refused.Add(selected.Span[place]);
                _refusal = error;
                return;
            }

            _left.Add(selected.Span[place]);
            _retryError = error;
        }
    }
}
