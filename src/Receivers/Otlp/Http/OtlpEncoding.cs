using Microsoft.Net.Http.Headers;

namespace Receivers.Otlp.Http;

/// <summary>How requests and answers over HTTP are written; an answer is written as its request was.</summary>
enum OtlpEncoding : byte
{
    /// <summary>None that we know: answers are plain text then.</summary>
    Unknown,
    Protobuf,
    Json,
}

static class OtlpEncodings
{
    public const string ProtobufType = "application/x-protobuf";
    public const string JsonType = "application/json";
    public const string TextType = "text/plain";

    /// <param name="contentType">Header with any parameters, such as <c>application/json; charset=utf-8</c>; may be null.</param>
    public static OtlpEncoding Parse(string? contentType)
    {
        // The two spellings that senders use, before the parser that knows them all.
        switch (contentType)
        {
            case ProtobufType:
                return OtlpEncoding.Protobuf;
            case JsonType:
                return OtlpEncoding.Json;
        }

        if (!MediaTypeHeaderValue.TryParse(contentType, out MediaTypeHeaderValue? type))
        {
            return OtlpEncoding.Unknown;
        }

        return type.MediaType.Equals(ProtobufType, StringComparison.OrdinalIgnoreCase) ? OtlpEncoding.Protobuf
            : type.MediaType.Equals(JsonType, StringComparison.OrdinalIgnoreCase) ? OtlpEncoding.Json
            : OtlpEncoding.Unknown;
    }

    public static string ContentType(this OtlpEncoding encoding) => encoding switch
    {
        OtlpEncoding.Protobuf => ProtobufType,
        OtlpEncoding.Json => JsonType,
        _ => TextType,
    };
}
