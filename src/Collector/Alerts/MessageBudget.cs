namespace Collector.Alerts;

/// <summary>How many messages a channel may still send: a bucket that is full at the start and fills evenly.</summary>
/// <remarks>Used under the lock of its owner.</remarks>
sealed class MessageBudget(int messagesMax, TimeSpan window)
{
    double _left = messagesMax;
    DateTimeOffset _filledAt = DateTimeOffset.MinValue;

    /// <param name="now">May step: back fills nothing, forth fills at most the bucket.</param>
    /// <param name="reserve">So many have to be left over.</param>
    /// <param name="wait">Until there is one; zero when one was taken.</param>
    public bool TryTake(DateTimeOffset now, int reserve, out TimeSpan wait)
    {
        if (now > _filledAt)
        {
            _left = Math.Min(messagesMax, _left + ((now - _filledAt) / window * messagesMax));
        }

        _filledAt = now;
        if (_left < 1 + reserve)
        {
            wait = window * ((1 + reserve - _left) / messagesMax);
            return false;
        }

        _left--;
        wait = TimeSpan.Zero;
        return true;
    }
}
