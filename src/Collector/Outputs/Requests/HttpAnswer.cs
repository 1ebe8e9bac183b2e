using System.Globalization;

namespace Collector.Outputs.Requests;

/// <summary>What the far side answered.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">At most <see cref="HttpSender.AnswerBytesMax"/> bytes of it.</param>
/// <param name="IsWhole">False: there was more.</param>
/// <param name="ContentType">Media type without parameters; empty when none was named.</param>
/// <param name="RetryAfter">How long it asked to wait; zero when it did not.</param>
readonly record struct HttpAnswer(int Status, ReadOnlyMemory<byte> Body, bool IsWhole, string ContentType, TimeSpan RetryAfter)
{
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>Word for the <c>reason</c> label: <c>http_503</c>.</summary>
    public string Reason => string.Create(CultureInfo.InvariantCulture, $"http_{Status}");
}
