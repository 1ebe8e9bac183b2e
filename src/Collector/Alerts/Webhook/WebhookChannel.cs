using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Collector.Outputs;
using Collector.Outputs.Formats;

namespace Collector.Alerts.Webhook;

/// <summary>A program of one's own: each message as JSON, signed.</summary>
sealed class WebhookChannel : IAlertChannel
{
    public const string SignatureHeader = "X-Collector-Signature";
    public const string TimestampHeader = "X-Collector-Timestamp";

    readonly WebhookOptions _own;
    readonly WebhookPayload _payload;
    readonly TimeProvider _time;
    readonly AlertHttp _http;
    readonly byte[] _secret;
    readonly PayloadBuffer _body = new();

    WebhookChannel(string name, WebhookOptions own, AlertOptions options, OutputContext context)
    {
        _own = own;
        _payload = new WebhookPayload(options);
        _time = context.Time;
        _secret = Encoding.UTF8.GetBytes(own.Secret);
        _http = new AlertHttp(own.Target, options, name, context);
    }

    public static OutputKind Kind { get; } = AlertKind.Of(
        "webhook",
        "A program of your own: a signed JSON message for each template and host, and one when it is quiet again.",
        WebhookOptions.Read,
        static (name, own, options, context) => new WebhookChannel(name, own, options, context));

    public bool GroupsItself => false;

    public bool TellsRecovery => true;

    public void Start() => _http.Start();

    public Task<SendOutcome> SendAsync(AlertNotice notice, CancellationToken cancellationToken)
    {
        _body.Clear();
        _payload.Write(_body, notice);
        return _http.PostAsync(_body.Memory, Sign, cancellationToken);
    }

    /// <summary>The signature of a body: HMAC-SHA256 over the timestamp in decimal digits, a point and the body.</summary>
    /// <param name="secret">The shared key.</param>
    /// <param name="timestamp">Seconds since the Unix epoch, as in the header: a receiver refuses old ones, so that nobody can play a message again.</param>
    /// <param name="body">As sent.</param>
    public static string Signature(ReadOnlySpan<byte> secret, string timestamp, ReadOnlySpan<byte> body)
    {
        byte[] signed = [.. Encoding.ASCII.GetBytes(timestamp), (byte)'.', .. body];
        return "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(secret, signed));
    }

    public void Dispose()
    {
        _http.Dispose();
        _body.Dispose();
    }

    void Sign(HttpRequestHeaders headers)
    {
        if (_own.Secret.Length == 0)
        {
            return;
        }

        string timestamp = _time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        headers.Add(TimestampHeader, timestamp);
        headers.Add(SignatureHeader, Signature(_secret, timestamp, _body.Span));
    }
}
