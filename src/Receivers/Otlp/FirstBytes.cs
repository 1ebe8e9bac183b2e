using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Receivers.Otlp;

/// <summary>Closes a connection that says nothing: Kestrel would hold it for as long as one that has already sent something.</summary>
static class FirstBytes
{
    /// <summary>The same time that a request's head may take.</summary>
    public static TimeSpan Within { get; } = TimeSpan.FromSeconds(10);

    /// <summary>Bytes of the greeting that opens HTTP/2. Source: RFC 9113 §3.4.</summary>
    public const int Http2Preface = 24;

    /// <summary>Waits for the first bytes, which stay to be read.</summary>
    /// <param name="connection">Behind TLS where there is TLS.</param>
    /// <param name="count">How many must come.</param>
    /// <param name="time">Clock of the wait.</param>
    /// <returns>False when they have not come in time; true also when the sender has closed.</returns>
    public static async ValueTask<bool> ArriveAsync(ConnectionContext connection, int count, TimeProvider time)
    {
        PipeReader input = connection.Transport.Input;
        using CancellationTokenSource limit = new(Within, time);
        try
        {
            while (true)
            {
                ReadResult read = await input.ReadAsync(limit.Token).ConfigureAwait(false);
                bool isEnough = read.Buffer.Length >= count || read.IsCompleted;
                input.AdvanceTo(read.Buffer.Start, isEnough ? read.Buffer.Start : read.Buffer.End);
                if (isEnough)
                {
                    return true;
                }
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return false;
        }
    }
}
