using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Collector.Outputs;

namespace Collector.Alerts;

/// <summary>Posts a message and turns the answer into an outcome. Its address may be a secret and appears in no text.</summary>
sealed class AlertHttp : IDisposable
{
    const int AnswerBytesMax = 1024;
    const int HeadersKiB = 16;

    readonly Uri _address;
    readonly TimeProvider _time;
    readonly HttpClient _client;

    /// <param name="address">Absolute, http or https.</param>
    /// <param name="time">For <c>Retry-After</c> with a date.</param>
    public AlertHttp(string address, TimeProvider time)
    {
        _address = new Uri(address);
        _time = time;
        SocketsHttpHandler handler = new()
        {
            // Nothing but the configuration file configures; a redirect would carry the message to where nobody sent it.
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            MaxResponseHeadersLength = HeadersKiB,
        };
        // The owner's token bounds each request.
        _client = new HttpClient(handler) { Timeout = System.Threading.Timeout.InfiniteTimeSpan };
    }

    public static bool IsHttp(string address) => Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https";

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
            using HttpResponseMessage response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            return await ReadAsync(response, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return SendOutcome.Retry("unreachable", Hide(e.GetBaseException().Message));
        }
    }

    public void Dispose() => _client.Dispose();

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
        TimeSpan delay = retryAfter?.Delta ?? (retryAfter?.Date is { } date ? date - _time.GetUtcNow() : TimeSpan.Zero);
        return delay > TimeSpan.Zero ? delay : TimeSpan.Zero;
    }

    /// <summary>Some far sides repeat the address in their answer.</summary>
    string Hide(string text) => _address.PathAndQuery.Length <= 1
        ? text
        : text.Replace(_address.PathAndQuery, "/***", StringComparison.Ordinal);
}
