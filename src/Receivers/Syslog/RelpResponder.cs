using System.Globalization;
using System.Text;

namespace Receivers.Syslog;

/// <summary>Sends the answers of one RELP connection, in the order in which they become due.</summary>
/// <remarks>
/// Safe on any thread: records become safe on threads of the outputs, which must not wait for a peer. Answers gather until the write before them is through.
/// Bounded: a peer that does not read its answers is cut off.
/// </remarks>
sealed class RelpResponder(ByteSource source, SyslogIntake intake)
{
    // Some 50,000 answers.
    const int UnsentBytesMax = 1024 * 1024;

    static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(30);

    readonly Lock _lock = new();
    readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    List<byte> _unsent = [];
    int _owed;
    bool _isWriting;
    bool _isEnding;

    /// <summary>Answers at once.</summary>
    public void Answer(int transaction, ReadOnlySpan<byte> data)
    {
        lock (_lock)
        {
            Append(transaction, data);
        }

        Write();
    }

    /// <summary>Promises an answer to each of these messages.</summary>
    /// <returns>Keeps the promise when the batch is released.</returns>
    public IAcknowledgement Owe(int[] transactions)
    {
        lock (_lock)
        {
            _owed += transactions.Length;
        }

        return new Debt(this, transactions);
    }

    /// <summary>Waits for the answers that are owed, says goodbye and closes.</summary>
    public async ValueTask EndAsync()
    {
        lock (_lock)
        {
            _isEnding = true;
            SettleIfDone();
        }

        try
        {
            await _settled.Task.WaitAsync(EndPatience, intake.Time, intake.Patience).ConfigureAwait(false);
            await source.WriteAsync("0 serverclose 0\n"u8.ToArray()).AsTask().WaitAsync(EndPatience, intake.Time, intake.Patience).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // What is not answered the sender sends again.
        }

        await source.DisposeAsync().ConfigureAwait(false);
    }

    void Settle(int[] transactions, int lost)
    {
        lock (_lock)
        {
            foreach (int transaction in transactions)
            {
                // Which of the batch's records are lost is not known; none is called safe then, and all are sent again.
                Append(transaction, lost == 0 ? "200 OK"u8 : "500 not stored"u8);
            }

            _owed -= transactions.Length;
        }

        Write();
        if (lost > 0)
        {
            source.EndReading();
        }
    }

    void Append(int transaction, ReadOnlySpan<byte> data)
    {
        string head = string.Create(CultureInfo.InvariantCulture, $"{transaction} rsp {data.Length}");
        _unsent.AddRange(Encoding.ASCII.GetBytes(head));
        if (!data.IsEmpty)
        {
            _unsent.Add((byte)' ');
            _unsent.AddRange(data);
        }

        _unsent.Add((byte)'\n');
        if (_unsent.Count > UnsentBytesMax)
        {
            source.EndReading();
        }
    }

    void Write()
    {
        lock (_lock)
        {
            if (_isWriting || _unsent.Count == 0)
            {
                SettleIfDone();
                return;
            }

            _isWriting = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static responder => _ = responder.WriteAllAsync(), this, preferLocal: false);
    }

    /// <summary>Never throws: <see cref="ByteSource.WriteAsync"/> does not.</summary>
    async Task WriteAllAsync()
    {
        while (true)
        {
            byte[] bytes;
            lock (_lock)
            {
                if (_unsent.Count == 0)
                {
                    _isWriting = false;
                    SettleIfDone();
                    return;
                }

                bytes = [.. _unsent];
                _unsent = [];
            }

            await source.WriteAsync(bytes).ConfigureAwait(false);
        }
    }

    void SettleIfDone()
    {
        if (_isEnding && _owed == 0 && !_isWriting && _unsent.Count == 0)
        {
            _settled.TrySetResult();
        }
    }

    sealed class Debt(RelpResponder responder, int[] transactions) : IAcknowledgement
    {
        public void OnReleased(int lost) => responder.Settle(transactions, lost);
    }
}
