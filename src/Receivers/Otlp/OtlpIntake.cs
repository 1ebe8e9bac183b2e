using System.Buffers;
using Microsoft.Extensions.Logging;
using Receivers.Otlp.Wire;

namespace Receivers.Otlp;

/// <summary>The way of a request once its bytes are there: decode, post, answer. Both transports go through here. Safe on any thread.</summary>
/// <remarks>
/// A request is taken whole or refused whole. It is decoded before anything is posted; its first batch waits for room for a bounded time, and a refusal up
/// to there has left no trace. From then on the request is ours: the rest waits as long as it takes, which holds the sender back. Only a stop
/// that runs out of time ends that, with "try again": then the records that were taken may come twice, and none is lost.
/// </remarks>
sealed partial class OtlpIntake : IDisposable
{
    readonly IRecordSink _sink;
    readonly TimeProvider _time;
    readonly ILogger _logger;
    readonly CancellationTokenSource _deadline = new();
    readonly CancellationToken _isLate;
    volatile bool _isStopping;

    public OtlpIntake(OtlpOptions options, IRecordSink sink, TimeProvider time, ILogger logger)
    {
        Options = options;
        Budget = new BodyBudget(options.MemoryBytesMax);
        _sink = sink;
        _time = time;
        _logger = logger;
        _isLate = _deadline.Token;
    }

    public OtlpOptions Options { get; }

    public BodyBudget Budget { get; }

    /// <summary>An answer that can be given before the body is read; null when there is room.</summary>
    public OtlpOutcome? RefusalBeforeReading() => _isStopping ? OtlpOutcome.Stopping : _sink.IsCongested ? OtlpOutcome.Overloaded : null;

    /// <summary>No new requests; those that are being read may end.</summary>
    public void Stop() => _isStopping = true;

    /// <summary>Requests that wait for room are told to come again.</summary>
    public void EndWaiting() => _deadline.Cancel();

    /// <summary>For a new connection.</summary>
    public RecordLane OpenLane() => _sink.OpenLane();

    public OtlpBatches Begin(string transport, PeerAddress peer, RecordLane? lane) =>
        new(_sink.Pool, transport, peer, lane, _time.UnixNano(), Options.RecordCountMax);

    /// <summary>Fills the batches from an export request in protobuf's encoding.</summary>
    /// <param name="request">Read during the call only.</param>
    /// <param name="batches">Empty; released when the outcome is a refusal.</param>
    /// <param name="share">Grows to what the batches hold, which is all that stays of the request while it waits.</param>
    public OtlpOutcome Decode(in ReadOnlySequence<byte> request, OtlpBatches batches, ref BodyShare share)
    {
        OtlpFault fault;
        try
        {
            fault = new OtlpDecoder(batches).Decode(in request);
        }
        catch (Exception exception)
        {
            batches.Release();
            LogFailed(_logger, exception);
            return OtlpOutcome.Failed;
        }

        if (fault == OtlpFault.None && share.TryGrowTo(batches.MemoryBytes))
        {
            return OtlpOutcome.Accepted;
        }

        batches.Release();
        if (fault == OtlpFault.None)
        {
            return OtlpOutcome.Overloaded;
        }

        return fault == OtlpFault.TooManyRecords
            ? OtlpOutcome.TooLarge($"The request holds more than {batches.RecordsMax} log records.")
            : OtlpOutcome.BadData($"The request is not a valid ExportLogsServiceRequest: {fault.Text()}.");
    }

    /// <summary>Hands the batches on. Whatever the outcome, they are no longer the caller's.</summary>
    /// <param name="batches">Of one request.</param>
    /// <param name="statistics">Of the transport.</param>
    /// <param name="aborted">The sender went away.</param>
    public async ValueTask<OtlpOutcome> PostAsync(OtlpBatches batches, ReceiverStatistics statistics, CancellationToken aborted)
    {
        int records = batches.RecordCount;
        try
        {
            bool isFirst = true;
            while (batches.Count > 0)
            {
                RecordBatch batch = batches[0];
                if (!_sink.TryWork(batch) && !_sink.TryPost(batch))
                {
                    await WaitAsync(batch, isFirst, aborted).ConfigureAwait(false);
                }

                batches.RemoveFirst();
                isFirst = false;
            }

            statistics.AddAccepted(records);
            foreach (ParseMarks marks in batches.Marks)
            {
                statistics.AddMarks(marks);
            }

            return OtlpOutcome.Accepted;
        }
        catch (OperationCanceledException)
        {
            return aborted.IsCancellationRequested ? OtlpOutcome.Gone : _isLate.IsCancellationRequested ? OtlpOutcome.Stopping : OtlpOutcome.Overloaded;
        }
        catch (Exception exception)
        {
            // A fault of ours that this request met: the sender is told not to repeat it, and the receiver lives on.
            LogFailed(_logger, exception);
            return OtlpOutcome.Failed;
        }
        finally
        {
            batches.Release();
        }
    }

    public void Dispose() => _deadline.Dispose();

    async ValueTask WaitAsync(RecordBatch batch, bool isFirst, CancellationToken aborted)
    {
        if (!isFirst)
        {
            await _sink.PostAsync(batch, _isLate).ConfigureAwait(false);
            return;
        }

        using CancellationTokenSource patience = new(Options.Wait, _time);
        using CancellationTokenSource any = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, aborted, _isLate);
        await _sink.PostAsync(batch, any.Token).ConfigureAwait(false);
    }

    [LoggerMessage(6100, LogLevel.Error, "An OTLP request met a fault of ours; its sender was told not to repeat it.")]
    static partial void LogFailed(ILogger logger, Exception exception);
}
