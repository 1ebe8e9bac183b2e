namespace Receivers.Otlp.Wire;

/// <summary>Why a request cannot be read. A request is refused as a whole for any of them.</summary>
enum OtlpFault : byte
{
    None,

    /// <summary>A field reaches beyond its message, or the bytes end inside one.</summary>
    Truncated,

    /// <summary>Field number 0.</summary>
    InvalidTag,

    /// <summary>A varint of more than ten bytes.</summary>
    InvalidVarint,

    /// <summary>A length of 2 GiB or more.</summary>
    InvalidLength,

    /// <summary>Wire type 6 or 7.</summary>
    InvalidWireType,

    /// <summary>The end of a group that was not opened, or the end of another one.</summary>
    UnmatchedGroup,

    /// <summary>Values nested deeper than <see cref="WireCheck.DepthMax"/>.</summary>
    TooDeep,

    /// <summary>More records than one request may hold.</summary>
    TooManyRecords,

    /// <summary>Not JSON, or JSON of another shape than an export request.</summary>
    InvalidJson,
}

static class OtlpFaults
{
    /// <summary>For the sender's log: what is wrong, in a few words.</summary>
    public static string Text(this OtlpFault fault) => fault switch
    {
        OtlpFault.Truncated => "a field reaches beyond the end of its message",
        OtlpFault.InvalidTag => "a field has the number 0",
        OtlpFault.InvalidVarint => "a varint has more than ten bytes",
        OtlpFault.InvalidLength => "a length is 2 GiB or more",
        OtlpFault.InvalidWireType => "a field has a wire type that does not exist",
        OtlpFault.UnmatchedGroup => "a group ends that was not opened",
        OtlpFault.TooDeep => "values are nested deeper than 64 levels",
        OtlpFault.TooManyRecords => "the request holds more log records than are allowed",
        OtlpFault.InvalidJson => "the body is no JSON export request",
        _ => "",
    };
}
