using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Collector.Outputs;
using Collector.Outputs.Requests;

namespace Collector.Alerts;

/// <summary>Posts a message and turns the answer into an outcome. Its address may be a secret and appears in no text.</summary>
sealed class AlertHttp : IDisposable
{
    const int AnswerBytesMax = 1024;

    readonly AlertTarget _target;
    readonly Uri _address;
    readonly TimeSpan _timeout;
    readonly string _channel;
    readonly OutputContext _context;
    HttpConnection<HttpClient>? _connection;

    /// <param name="target">Checked.</param>
    /// <param name="options">Of the channel.</param>
    /// <param name="channel">Name of the channel, for messages.</param>
    /// <param name="context">Clock and loggers.</param>
    public AlertHttp(AlertTarget target, AlertOptions options, string channel, OutputContext context)
    {
        _target = target;
        _address = new Uri(target.Address);
        _timeout = options.Timeout;
        _channel = channel;
        _context = context;
    }

    public static bool IsHttp(string address) => Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https";

    /// <summary>Reads the files of TLS; safe twice.</summary>
    /// <exception cref="OutputStartException">A certificate cannot be used.</exception>
    public void Start() => _connection ??= new HttpConnection<HttpClient>(
        _target.Connection,
        _address.Scheme == Uri.UriSchemeHttps,
        _timeout,
        _channel,
        _context,
        // The owner's token bounds each request.
        static handler => new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan });

    /// <param name="body">JSON; copied.</param>
    /// <param name="headers">Further headers; null for none.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public async Task<SendOutcome> PostAsync(ReadOnlyMemory<byte> body, Action<HttpRequestHeaders>? headers, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, _address) { Content = new ReadOnlyMemoryContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.UserAgent.ParseAdd("collector");
        headers?.Invoke(request.Headers);
        try
        {
            using HttpResponseMessage response = await _connection!.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            return await ReadAsync(response, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return SendOutcome.Retry("unreachable", Hide(e.GetBaseException().Message));
        }
    }

    public void Dispose() => _connection?.Dispose();

    async Task<SendOutcome> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        byte[] answer = new byte[AnswerBytesMax];
        using Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        int length = await stream.ReadAtLeastAsync(answer, answer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        string text = AlertText.Clean(answer.AsSpan(0, length), AnswerBytesMax);
        string detail = Hide(string.Create(CultureInfo.InvariantCulture, $"{(int)response.StatusCode} {text}")).TrimEnd();
        return response.StatusCode switch
        {
            >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices => SendOutcome.Delivered with { Detail = detail },
            HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError =>
                SendOutcome.Retry(Reason(response), detail, Delay(response.Headers.RetryAfter)),
            _ => SendOutcome.Refused(Reason(response), detail),
        };
    }

    static string Reason(HttpResponseMessage response) => string.Create(CultureInfo.InvariantCulture, $"http_{(int)response.StatusCode}");

    TimeSpan Delay(RetryConditionHeaderValue? retryAfter)
    {
        TimeSpan delay = retryAfter?.Delta ?? (retryAfter?.Date is { } date ? date - _context.Time.GetUtcNow() : TimeSpan.Zero);
        return delay > TimeSpan.Zero ? delay : TimeSpan.Zero;
    }

    /// <summary>Some far sides repeat the address in their answer.</summary>
    string Hide(string text) => _address.PathAndQuery.Length <= 1
        ? text
        : text.Replace(_address.PathAndQuery, "/***", StringComparison.Ordinal);
}
