using System.Buffers;
using Receivers;

namespace Collector.Outputs.Requests;

/// <summary>What outputs that send requests have in common: where to, who we are, how large, how long.</summary>
/// <remarks>Equal when nothing was changed.</remarks>
sealed record HttpTargetOptions
{
    static readonly string[] Compressions = ["gzip", "none"];

    // RFC 9110 §5.6.2.
    static readonly SearchValues<char> NameCharacters = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>Absolute, http or https, without user information, query and fragment.</summary>
    public Uri Endpoint { get; init; } = new("http://localhost");

    /// <summary><c>name=value</c>, one a line.</summary>
    public string Headers { get; init; } = "";

    public string BearerToken { get; init; } = "";

    public string User { get; init; } = "";

    public string Password { get; init; } = "";

    public HttpConnectionOptions Connection { get; init; } = new();

    public bool IsCompressed { get; init; } = true;

    /// <summary>For a whole request, from the connection to the end of the answer.</summary>
    /// <value>100 ms to 10 minutes; default 10 s, as OpenTelemetry's exporters have it.</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Size of a request before compression.</summary>
    /// <value>1 KiB to 64 MiB; default 4 MiB, the largest message that gRPC servers take unless told otherwise.</value>
    public int RequestBytesMax { get; init; } = 4 << 20;

    /// <param name="reader">The output's section.</param>
    /// <param name="defaults">What holds where the user wrote nothing.</param>
    /// <param name="endpoint">Default endpoint; null when the user must name one.</param>
    /// <param name="aboutEndpoint">One sentence for a person.</param>
    public static HttpTargetOptions Read(OptionsReader reader, HttpTargetOptions defaults, string? endpoint, string aboutEndpoint)
    {
        Uri address = ReadEndpoint(reader, reader.Text("endpoint", endpoint, aboutEndpoint), out bool isGood);
        HttpTargetOptions options = defaults with
        {
            Endpoint = address,
            Headers = ReadHeaders(reader, defaults.Headers),
            BearerToken = reader.Text("bearer_token", null, "Token that is sent as `Authorization: Bearer`.") ?? "",
            User = reader.Text("user", null, "User name that is sent as `Authorization: Basic`.") ?? "",
            Password = reader.Text("password", null, "Password of the user.") ?? "",
            Connection = HttpConnectionOptions.Read(reader, defaults.Connection, isGood ? address : null),
            IsCompressed = reader.Choice("compression", defaults.IsCompressed ? 0 : 1, Compressions, "How requests are compressed.") == 0,
            Timeout = reader.Duration(
                "timeout", defaults.Timeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10), "Longest wait for the answer to a request; the same records are then sent again."),
            RequestBytesMax = (int)reader.Bytes(
                "request_bytes_max", defaults.RequestBytesMax, 1024, 64L << 20, "Largest request before compression; records are split over several, and one that alone is larger is dropped."),
        };
        if (options.BearerToken.Length > 0 && options.User.Length > 0)
        {
            reader.Mistake("bearer_token", "is one way to log in and user the other; give one of them");
        }

        if (IsUnfit(options.BearerToken))
        {
            reader.Mistake("bearer_token", "holds a line end or another character that no header can carry");
        }

        return options;
    }

    /// <summary>The endpoint with this path after its own, unless it ends so already.</summary>
    public Uri WithPath(string path) => WithPath(Endpoint, path);

    public static Uri WithPath(Uri endpoint, string path)
    {
        string own = endpoint.AbsolutePath.TrimEnd('/');
        return own.EndsWith(path, StringComparison.Ordinal) ? new Uri(endpoint, own) : new Uri(endpoint, own + path);
    }

    static Uri ReadEndpoint(OptionsReader reader, string? text, out bool isGood)
    {
        const string Key = "endpoint";
        isGood = false;
        if (text is null)
        {
            reader.Mistake(Key, "is needed: the address to send to");
        }
        else if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0)
        {
            reader.Mistake(Key, "must be an http or https address, such as http://otel.example.org:4318");
        }
        else if (uri.UserInfo.Length > 0 || uri.Query.Length > 0 || uri.Fragment.Length > 0)
        {
            reader.Mistake(Key, "must hold no user, query or fragment; a user and a password have keys of their own");
        }
        else
        {
            isGood = true;
            return uri;
        }

        return new Uri("http://localhost");
    }

    static string ReadHeaders(OptionsReader reader, string defaults)
    {
        const string Key = "headers";
        IReadOnlyList<string> headers = reader.Texts(
            Key, defaults.Split('\n', StringSplitOptions.RemoveEmptyEntries), "Further headers for each request, each as `name=value`.");
        foreach (string header in headers)
        {
            int at = header.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0 || header.AsSpan(0, at).ContainsAnyExcept(NameCharacters) || IsUnfit(header))
            {
                reader.Mistake(Key, "every entry is `name=value`, the name of letters, digits and hyphens");
                return "";
            }
        }

        return string.Join('\n', headers);
    }

    static bool IsUnfit(string value) => value.Any(c => c is < ' ' or > '~');
}
