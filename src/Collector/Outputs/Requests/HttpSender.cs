using System.IO.Compression;
using System.Net.Http.Headers;
using Collector.Outputs.Formats;

namespace Collector.Outputs.Requests;

/// <summary>Posts requests over one long-lived set of connections.</summary>
/// <param name="target">Where to.</param>
/// <param name="address">Whole address of the request.</param>
/// <param name="contentType">Of the body.</param>
/// <param name="judge">Turns an answer and the number of records into an outcome; pure.</param>
sealed class HttpSender(HttpTarget target, Uri address, string contentType, Func<HttpAnswer, int, SendOutcome> judge) : IRequestSender
{
    /// <summary>More of an answer is not read: a far side must not be able to fill our memory.</summary>
    public const int AnswerBytesMax = 64 * 1024;

    readonly HttpConnection<HttpClient> _connection = target.Connect(static handler => new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan });
    readonly MediaTypeHeaderValue _contentType = new(contentType);
    readonly PayloadBuffer _compressed = new();
    readonly byte[] _answer = new byte[AnswerBytesMax];

    public async Task<SendOutcome> SendAsync(ReadOnlyMemory<byte> body, int records, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timeout = new(target.Options.Timeout, target.Time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        using HttpRequestMessage request = new(HttpMethod.Post, address) { Content = Content(body) };
        target.AddHeaders(request.Headers);
        try
        {
            using HttpResponseMessage response = await _connection.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            HttpAnswer answer = await ReadAsync(response, either.Token).ConfigureAwait(false);
            return target.Named(judge(answer, records));
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return target.Unreachable(e);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Ours, or the handler's own for connecting.
            return target.TimedOut();
        }
    }

    public void Dispose()
    {
        _connection.Dispose();
        _compressed.Dispose();
    }

    ReadOnlyMemoryContent Content(ReadOnlyMemory<byte> body)
    {
        if (target.Options.IsCompressed)
        {
            _compressed.Clear();
            using (BufferStream stream = new(_compressed))
            using (GZipStream gzip = new(stream, CompressionLevel.Fastest))
            {
                gzip.Write(body.Span);
            }

            body = _compressed.Memory;
        }

        ReadOnlyMemoryContent content = new(body);
        content.Headers.ContentType = _contentType;
        if (target.Options.IsCompressed)
        {
            content.Headers.ContentEncoding.Add("gzip");
        }

        return content;
    }

    async Task<HttpAnswer> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        int length = await stream.ReadAtLeastAsync(_answer, _answer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        return new HttpAnswer(
            (int)response.StatusCode, _answer.AsMemory(0, length), length < _answer.Length, response.Content.Headers.ContentType?.MediaType ?? "", Delay(response.Headers.RetryAfter));
    }

    TimeSpan Delay(RetryConditionHeaderValue? retryAfter)
    {
        TimeSpan delay = retryAfter?.Delta ?? (retryAfter?.Date is { } date ? date - target.Time.GetUtcNow() : TimeSpan.Zero);
        return delay > TimeSpan.Zero ? delay : TimeSpan.Zero;
    }
}
