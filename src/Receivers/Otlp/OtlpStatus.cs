using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using RpcStatus = Google.Rpc.Status;

namespace Receivers.Otlp;

/// <summary>An outcome as <c>google.rpc.Status</c>: the body of HTTP errors and the details of gRPC errors.</summary>
static class OtlpStatus
{
    const string TypePrefix = "type.googleapis.com/";

    /// <summary>Name of the field that a <c>BadRequest</c> blames: the protocol asks for one, and the request is refused as a whole.</summary>
    const string Field = "resource_logs";

    public static RpcStatus From(in OtlpOutcome outcome, int retryAfterSeconds)
    {
        RpcStatus status = new() { Code = (int)outcome.Code, Message = outcome.Message };
        if (outcome.IsRetryable)
        {
            RetryInfo retry = new() { RetryDelay = new Duration { Seconds = retryAfterSeconds } };
            status.Details.Add(Pack("google.rpc.RetryInfo", retry));
        }
        else if (outcome.Code == StatusCode.InvalidArgument)
        {
            BadRequest bad = new() { FieldViolations = { new BadRequest.Types.FieldViolation { Field = Field, Description = outcome.Message } } };
            status.Details.Add(Pack("google.rpc.BadRequest", bad));
        }

        return status;
    }

    /// <summary>The same as JSON, as protobuf's mapping writes it.</summary>
    public static byte[] ToJson(in OtlpOutcome outcome, int retryAfterSeconds)
    {
        using MemoryStream stream = new();
        using (System.Text.Json.Utf8JsonWriter json = new(stream))
        {
            json.WriteStartObject();
            json.WriteNumber("code"u8, (int)outcome.Code);
            json.WriteString("message"u8, outcome.Message);
            if (outcome.IsRetryable)
            {
                json.WriteStartArray("details"u8);
                json.WriteStartObject();
                json.WriteString("@type"u8, TypePrefix + "google.rpc.RetryInfo");
                json.WriteString("retryDelay"u8, $"{retryAfterSeconds}s");
                json.WriteEndObject();
                json.WriteEndArray();
            }
            else if (outcome.Code == StatusCode.InvalidArgument)
            {
                json.WriteStartArray("details"u8);
                json.WriteStartObject();
                json.WriteString("@type"u8, TypePrefix + "google.rpc.BadRequest");
                json.WriteStartArray("fieldViolations"u8);
                json.WriteStartObject();
                json.WriteString("field"u8, Field);
                json.WriteString("description"u8, outcome.Message);
                json.WriteEndObject();
                json.WriteEndArray();
                json.WriteEndObject();
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    // Not Any.Pack, which would bring the library's reflection into the binary.
    static Any Pack(string name, IMessage message) => new() { TypeUrl = TypePrefix + name, Value = message.ToByteString() };
}
