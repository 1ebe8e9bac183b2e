namespace Receivers.Otlp.Inflating;

/// <summary>How a body is compressed.</summary>
enum ContentCoding : byte
{
    /// <summary>Not at all.</summary>
    Identity,

    /// <summary>RFC 1952, one member.</summary>
    Gzip,

    /// <summary>RFC 1950 (zlib), which is what HTTP calls deflate.</summary>
    Deflate,

    /// <summary>RFC 8878.</summary>
    Zstd,
}

static class ContentCodings
{
    /// <param name="header">Value of <c>Content-Encoding</c> or <c>grpc-encoding</c>; may be empty.</param>
    /// <param name="coding">What it names.</param>
    /// <returns>False for a coding that is not known, and for several: a body is compressed once.</returns>
    public static bool TryParse(ReadOnlySpan<char> header, out ContentCoding coding)
    {
        ReadOnlySpan<char> name = header.Trim();
        ContentCoding? found = name switch
        {
            "" => ContentCoding.Identity,
            _ when name.Equals("identity", StringComparison.OrdinalIgnoreCase) => ContentCoding.Identity,
            _ when name.Equals("gzip", StringComparison.OrdinalIgnoreCase) => ContentCoding.Gzip,
            _ when name.Equals("x-gzip", StringComparison.OrdinalIgnoreCase) => ContentCoding.Gzip,
            _ when name.Equals("deflate", StringComparison.OrdinalIgnoreCase) => ContentCoding.Deflate,
            _ when name.Equals("zstd", StringComparison.OrdinalIgnoreCase) => ContentCoding.Zstd,
            _ => null,
        };
        coding = found ?? ContentCoding.Identity;
        return found is not null;
    }
}
