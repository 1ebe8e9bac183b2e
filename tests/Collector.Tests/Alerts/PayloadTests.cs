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
                payload.Write(to, notice, key);
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
