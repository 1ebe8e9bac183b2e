using Grpc.Core;

namespace Receivers.Otlp;

/// <summary>What became of a request: the one answer that both transports write in their own way.</summary>
/// <param name="Code">gRPC status; HTTP's follows from it (<see cref="HttpStatus"/>).</param>
/// <param name="Message">For the sender's developer. Never holds anything secret.</param>
/// <param name="Reason">Value of the <c>reason</c> label, from <see cref="OtlpRefusals"/>.</param>
readonly record struct OtlpOutcome(StatusCode Code, string Message = "", string Reason = "")
{
    public static OtlpOutcome Accepted { get; } = new(StatusCode.OK);

    public static OtlpOutcome Overloaded { get; } =
        new(StatusCode.Unavailable, "The collector has no room at the moment; send the same request again later.", OtlpRefusals.Overload);

    public static OtlpOutcome Stopping { get; } =
        new(StatusCode.Unavailable, "The collector is stopping; send the same request again later.", OtlpRefusals.Shutdown);

    public static OtlpOutcome Failed { get; } = new(StatusCode.Internal, "The collector failed on this request.", OtlpRefusals.Failure);

    public static OtlpOutcome Unauthenticated { get; } =
        new(StatusCode.Unauthenticated, "The request has no valid credentials.", OtlpRefusals.Credentials);

    /// <summary>The sender went away before there was an answer: nobody to tell.</summary>
    public static OtlpOutcome Gone { get; } = new(StatusCode.Cancelled, "The sender closed the request.", OtlpRefusals.Gone);

    public static OtlpOutcome BadData(string message) => new(StatusCode.InvalidArgument, message, OtlpRefusals.BadData);

    public static OtlpOutcome TooLarge(string message) => new(StatusCode.ResourceExhausted, message, OtlpRefusals.TooLarge);

    /// <summary>True when the same request may succeed later, which is what <c>Retry-After</c> and <c>RetryInfo</c> say.</summary>
    public bool IsRetryable => Code == StatusCode.Unavailable;

    /// <summary>Source: OTLP specification, "Failures" and "Bad data"; 413 is how HTTP says that a body is too large.</summary>
    public int HttpStatus => Code switch
    {
        StatusCode.OK => 200,
        StatusCode.InvalidArgument => 400,
        StatusCode.Unauthenticated => 401,
        StatusCode.ResourceExhausted => 413,
        StatusCode.Unavailable => 503,
        _ => 500,
    };
}

/// <summary>Why requests are refused: the values of the <c>reason</c> label of this receiver. Counted in requests.</summary>
static class OtlpRefusals
{
    public const string BadData = "bad_data";
    public const string BadMethod = "bad_method";
    public const string BadPath = "bad_path";
    public const string BadType = "bad_content_type";
    public const string Credentials = "credentials";
    public const string Failure = "failure";
    public const string Gone = "sender_gone";
    public const string Overload = "overload";
    public const string Silent = "silent";
    public const string Shutdown = "shutdown";
    public const string TooLarge = "too_large";
}
