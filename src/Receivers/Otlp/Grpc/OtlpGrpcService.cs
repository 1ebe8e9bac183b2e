using Grpc.Core;

namespace Receivers.Otlp.Grpc;

/// <summary><c>opentelemetry.proto.collector.logs.v1.LogsService</c>. Safe on any thread.</summary>
sealed class OtlpGrpcService(OtlpIntake intake, ReceiverStatistics statistics)
{
    /// <summary>Full success: an <c>ExportLogsServiceResponse</c> without <c>partial_success</c> is an empty message.</summary>
    public static byte[] Success { get; } = [];

    /// <summary>Posts what was decoded.</summary>
    public async Task<byte[]> ExportAsync(OtlpGrpcCall call, ServerCallContext context)
    {
        OtlpOutcome outcome = call.Outcome;
        if (outcome.Code == StatusCode.OK && call.Batches is { } batches)
        {
            outcome = await intake.PostAsync(batches, statistics, context.CancellationToken).ConfigureAwait(false);
        }

        if (outcome.Code == StatusCode.OK)
        {
            return Success;
        }

        statistics.AddRefused(outcome.Reason);
        throw OtlpGrpcErrors.Exception(outcome, intake.Options);
    }
}
