using System.Buffers;
using Grpc.Core;

namespace Receivers.Otlp.Grpc;

/// <summary>One gRPC request: what the front door knows and the decoder needs. The request message of the method, as far as gRPC is concerned.</summary>
/// <remarks>
/// Decoding happens inside gRPC's deserializer, where the bytes still lie in the connection's buffers; the call is handed there through
/// <see cref="Current"/>, since a deserializer is told nothing but bytes.
/// </remarks>
sealed class OtlpGrpcCall(OtlpIntake intake, PeerAddress peer, RecordLane? lane) : IDisposable
{
    public const string Transport = "grpc";

    static readonly AsyncLocal<OtlpGrpcCall?> CurrentCall = new();

    public static OtlpGrpcCall Current
    {
        get => CurrentCall.Value ?? throw new InvalidOperationException("No OTLP call is being served here.");
        set => CurrentCall.Value = value;
    }

    /// <summary>Memory that the request has taken.</summary>
    public BodyShare Share { get; set; } = new(intake.Budget);

    /// <summary>The decoded records; null before.</summary>
    public OtlpBatches? Batches { get; private set; }

    public OtlpOutcome Outcome { get; private set; } = OtlpOutcome.Failed;

    /// <summary>Asks for the memory of the bytes that wait to be read.</summary>
    /// <exception cref="RpcException">There is none: the sender shall try later.</exception>
    public void Reserve(long bytes)
    {
        BodyShare share = Share;
        bool hasRoom = share.TryGrowTo(bytes);
        Share = share;
        if (!hasRoom)
        {
            Outcome = OtlpOutcome.Overloaded;
            throw OtlpGrpcErrors.Exception(Outcome, intake.Options);
        }
    }

    public void Decode(in ReadOnlySequence<byte> payload)
    {
        Batches = intake.Begin(Transport, peer, lane);
        BodyShare share = Share;
        Outcome = intake.Decode(in payload, Batches, ref share);
        Share = share;
    }

    /// <summary>Gives up what was not posted.</summary>
    public void Dispose()
    {
        Batches?.Release();
        Share.Give();
    }
}
