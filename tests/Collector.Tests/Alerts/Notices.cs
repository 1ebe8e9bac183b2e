using Classifier;
using Collector.Alerts;
using Collector.Outputs.Formats;

namespace Collector.Tests.Alerts;

/// <summary>Notices for the tests of payloads, one of them with texts that try to act.</summary>
static class Notices
{
    public const string Evil =
        "<!channel> <@U123> <https://evil.example|click> </pre><script>alert(1)</script> & `code` *bold* ```\r\nBcc: all@example.org\n\u001b[31mred \u202Etxt @here \"quoted\\\"";

    static readonly DateTimeOffset Noon = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    public static Alert Alert(string line = "SQL injection attempt detected in API.", string host = "web1", string app = "api", long count = 1) => new()
    {
        Id = "00000000000000aa",
        Template = "9f1c53aa0b1d4e22",
        Host = Clean(host),
        App = Clean(app),
        Severity = Severity.Critical,
        Category = Category.Security,
        Line = Clean(line),
        Confidence = 0.97f,
        Source = "model",
        Declared = "ERROR",
        Words = [new ExplainedWord(Clean(line == Evil ? Evil : "injection"), 0.61f), new ExplainedWord("sql", 0.2f)],
        Before = [Clean(line == Evil ? Evil : "GET /users?id=1 200"), "GET /users?id=1' OR 1=1 500"],
        LastMinute = Math.Min(count, 60),
        LastHour = count,
        Count = count,
        FirstSeen = Noon,
        LastSeen = Noon.AddSeconds(count - 1),
    };

    public static AlertNotice Firing(Alert? alert = null, long suppressed = 0) => Of(AlertNoticeKind.Firing, [alert ?? Alert()], 1, suppressed);

    public static AlertNotice Storm() => Of(
        AlertNoticeKind.Storm,
        [.. Enumerable.Range(1, 5).Select(i => Alert($"disk {i} failed", $"db{i}", "kernel", 1000 / i) with { Source = "fallback", Confidence = 0, Declared = "" })],
        200,
        4711) with
    { Storm = "00000000000000bb" };

    public static AlertNotice Recovered() => Of(AlertNoticeKind.Recovered, [Alert(count: 7)], 1, 0);

    public static AlertNotice StormOver() => Of(AlertNoticeKind.Recovered, [], 0, 0) with { EndedStorms = ["00000000000000bb"] };

    public static AlertNotice Test() => Of(AlertNoticeKind.Test, [], 0, 0);

    /// <summary>Every kind, and the evil one, each on a line of its own.</summary>
    public static string All(Action<PayloadBuffer, AlertNotice> write)
    {
        AlertNotice[] notices = [Firing(), Firing(Alert(Evil, "web1\r\nX: y", "<b>&\u001b[2J"), suppressed: 12), Storm(), Recovered(), StormOver(), Test()];
        using PayloadBuffer buffer = new();
        foreach (AlertNotice notice in notices)
        {
            write(buffer, notice);
            buffer.WriteByte((byte)'\n');
        }

        return System.Text.Encoding.UTF8.GetString(buffer.Span);
    }

    static string Clean(string text) => AlertText.Clean(System.Text.Encoding.UTF8.GetBytes(text), 1000);

    static AlertNotice Of(AlertNoticeKind kind, IReadOnlyList<Alert> alerts, int groups, long suppressed) => new()
    {
        Kind = kind,
        Alerts = alerts,
        Groups = groups,
        Records = alerts.Sum(a => a.Count),
        Suppressed = suppressed,
        Time = Noon.AddMinutes(1),
    };
}
