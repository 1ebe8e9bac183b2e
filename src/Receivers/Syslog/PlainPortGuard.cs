namespace Receivers.Syslog;

/// <summary>What a peer speaks, by its first bytes.</summary>
enum FirstBytes : byte
{
    /// <summary>More bytes are needed to tell.</summary>
    Undecided,

    Syslog,

    /// <summary>A TLS ClientHello: record type 22, version 3.x.</summary>
    Tls,

    /// <summary>An HTTP request line.</summary>
    Http,
}

/// <summary>Finds peers that have the wrong port, so that they are named and do not fill the logs with garbage.</summary>
static class PlainPortGuard
{
    // A request line is read up to here; a line that goes on is text.
    const int RequestLineMax = 8192;

    static readonly byte[][] Verbs =
        [.. new[] { "GET /", "POST /", "PUT /", "HEAD /", "DELETE /", "PATCH /", "OPTIONS ", "CONNECT ", "PRI * " }.Select(System.Text.Encoding.ASCII.GetBytes)];

    /// <param name="first">The first bytes of a connection.</param>
    /// <param name="isEnd">True when nothing follows.</param>
    public static FirstBytes Look(ReadOnlySpan<byte> first, bool isEnd)
    {
        if (first.IsEmpty)
        {
            return isEnd ? FirstBytes.Syslog : FirstBytes.Undecided;
        }

        FirstBytes seen = first[0] switch
        {
            0x16 => first.Length < 2 ? FirstBytes.Undecided : first[1] == 3 ? FirstBytes.Tls : FirstBytes.Syslog,
            (byte)'G' or (byte)'P' or (byte)'H' or (byte)'D' or (byte)'O' or (byte)'C' => LookForRequest(first),
            _ => FirstBytes.Syslog,
        };
        return isEnd && seen == FirstBytes.Undecided ? FirstBytes.Syslog : seen;
    }

    // The whole line is looked at: "GET /x failed" is a message, "GET /x HTTP/1.1" is a request.
    static FirstBytes LookForRequest(ReadOnlySpan<byte> first)
    {
        foreach (byte[] verb in Verbs)
        {
            int compared = Math.Min(verb.Length, first.Length);
            if (!first[..compared].SequenceEqual(verb.AsSpan(0, compared)))
            {
                continue;
            }

            int end = first.IndexOf((byte)'\n');
            if (end < 0)
            {
                return first.Length < RequestLineMax ? FirstBytes.Undecided : FirstBytes.Syslog;
            }

            ReadOnlySpan<byte> line = first[..end].TrimEnd((byte)'\r');
            return line.EndsWith(" HTTP/1.1"u8) || line.EndsWith(" HTTP/1.0"u8) || line.EndsWith(" HTTP/2.0"u8) ? FirstBytes.Http : FirstBytes.Syslog;
        }

        return FirstBytes.Syslog;
    }
}
