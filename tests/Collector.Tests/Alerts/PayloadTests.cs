using System.Text;
using System.Text.Json;
using Collector.Alerts;
using Collector.Alerts.Alertmanager;
using Collector.Alerts.PagerDuty;
using Collector.Alerts.Slack;
using Collector.Alerts.Teams;
using Collector.Alerts.Webhook;
using Tests.Shared;

namespace Collector.Tests.Alerts;

public sealed class PayloadTests
{
    static readonly AlertOptions Options = new() { Link = "https://grafana.example/explore?host={host}&app={app}&t={template}" };

    [Fact]
    public void Slack_EveryNotice_HasTheDocumentedShape() => Snapshot.Verify(Notices.All(new SlackPayload(Options).Write), "jsonl");

    [Fact]
    public void Teams_EveryNotice_HasTheDocumentedShape() => Snapshot.Verify(Notices.All(new TeamsPayload(Options).Write), "jsonl");

    [Fact]
    public void PagerDuty_EveryNotice_HasTheDocumentedShape()
    {
        PagerDutyPayload payload = new("routing", Options);
        Snapshot.Verify(Notices.All((to, notice) =>
        {
            foreach (string key in PagerDutyPayload.DedupKeys(notice))
            {
                payload.Write(to, notice, key, notice.Kind == AlertNoticeKind.Recovered);
            }
        }), "jsonl");
    }

    [Fact]
    public void Webhook_EveryNotice_HasTheDocumentedShape() => Snapshot.Verify(Notices.All(new WebhookPayload(Options).Write), "jsonl");

    [Fact]
    public void Alertmanager_EveryNotice_HasTheDocumentedShape() => Snapshot.Verify(Notices.All(new AlertmanagerPayload(Options).Write), "jsonl");

    [Fact]
    public void Slack_TextThatTriesToAct_IsTextOnly()
    {
        using Collector.Outputs.Formats.PayloadBuffer buffer = new();
        new SlackPayload(new AlertOptions()).Write(buffer, Notices.Firing(Notices.Alert(Notices.Evil, Notices.Evil, Notices.Evil)));
        using JsonDocument document = JsonDocument.Parse(Encoding.UTF8.GetString(buffer.Span));
        string fallback = document.RootElement.GetProperty("text").GetString()!;
        Assert.DoesNotContain('<', fallback);
        foreach (JsonElement block in document.RootElement.GetProperty("blocks").EnumerateArray())
        {
            if (block.GetProperty("type").GetString() == "section")
            {
                string text = block.GetProperty("text").GetProperty("text").GetString()!;
                Assert.DoesNotContain('<', text);
                Assert.True(block.GetProperty("text").GetProperty("verbatim").GetBoolean());
                // Our own fences, and the marks around origin and words; none from the record.
                Assert.Equal(text.StartsWith("Before", StringComparison.Ordinal) ? 6 : 10, text.Count(c => c == '`'));
                Assert.True(text.Length <= 3000);
            }
        }
    }

    /// <summary>Media of JSON: one document, in which the text of a record is text of a string, without a line end or another control of its own.</summary>
    [Theory]
    [InlineData("slack")]
    [InlineData("teams")]
    [InlineData("pagerduty")]
    [InlineData("webhook")]
    [InlineData("alertmanager")]
    public void Write_TextThatTriesToAct_AddsNothingToTheDocument(string kind)
    {
        Alert plain = Notices.Alert();
        Alert evil = Notices.Alert(Notices.Evil, Notices.Evil, Notices.Evil);
        Assert.Equal(Shape(kind, plain), Shape(kind, evil));
        foreach (string text in Strings(Document(kind, evil)))
        {
            Assert.DoesNotContain(text, c => (char.IsControl(c) && c != '\n') || c is '\u202E' or '\u2028');
            Assert.DoesNotContain("\nBcc", text, StringComparison.Ordinal);
        }

        static string Shape(string kind, Alert alert) => string.Join('\n', Paths(Document(kind, alert), ""));

        static IEnumerable<string> Paths(JsonElement element, string path) => element.ValueKind switch
        {
            JsonValueKind.Object => element.EnumerateObject().SelectMany(p => Paths(p.Value, path + "." + p.Name)),
            JsonValueKind.Array => element.EnumerateArray().SelectMany(e => Paths(e, path + "[]")),
            _ => [path],
        };

        static IEnumerable<string> Strings(JsonElement element) => element.ValueKind switch
        {
            JsonValueKind.Object => element.EnumerateObject().SelectMany(p => Strings(p.Value)),
            JsonValueKind.Array => element.EnumerateArray().SelectMany(Strings),
            JsonValueKind.String => [element.GetString()!],
            _ => [],
        };
    }

    /// <summary>A card's TextBlock reads Markdown, so links and mentions would act in it.</summary>
    [Fact]
    public void Teams_AnyText_IsNoMarkdown()
    {
        string card = Document("teams", Notices.Alert(Notices.Evil)).GetRawText();
        Assert.Contains("\"TextRun\"", card, StringComparison.Ordinal);
        Assert.DoesNotContain("\"TextBlock\"", card, StringComparison.Ordinal);
    }

    static JsonElement Document(string kind, Alert alert)
    {
        using Collector.Outputs.Formats.PayloadBuffer buffer = new();
        AlertNotice notice = Notices.Firing(alert);
        switch (kind)
        {
            case "slack":
                new SlackPayload(Options).Write(buffer, notice);
                break;
            case "teams":
                new TeamsPayload(Options).Write(buffer, notice);
                break;
            case "webhook":
                new WebhookPayload(Options).Write(buffer, notice);
                break;
            case "alertmanager":
                new AlertmanagerPayload(Options).Write(buffer, notice);
                break;
            default:
                new PagerDutyPayload("routing", Options).Write(buffer, notice, PagerDutyPayload.DedupKeys(notice)[0], isEnd: false);
                break;
        }

        using JsonDocument document = JsonDocument.Parse(buffer.Memory);
        return document.RootElement.Clone();
    }

    [Fact]
    public void Clean_Controls_AreWrittenOut()
    {
        string clean = AlertText.Clean(Encoding.UTF8.GetBytes(Notices.Evil), 1000);
        Assert.DoesNotContain(clean, c => char.IsControl(c) || c is '\u202E' or '\u2028');
        Assert.Contains("\\r\\nBcc:", clean, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Clean_LongText_IsCutAtACharacter(int bytesMax) =>
        Assert.Equal(bytesMax < 4 ? " …" : "\U0001F600 …", AlertText.Clean("\U0001F600\U0001F600"u8, bytesMax));
}
