using System.Text.Json;
using EndToEnd.Tests.Harness;
using Tests.Shared;

namespace EndToEnd.Tests;

/// <summary>Without its model the collector still passes every record, and says that it is not all there.</summary>
public sealed class ModelFaultTests
{
    [Theory]
    [InlineData("missing")]
    [InlineData("truncated")]
    [InlineData("wrong_shape")]
    public async Task Start_WithABrokenModel_IsDegradedAndPassesRecords(string fault)
    {
        using TemporaryFolder folder = new();
        string model = Path.Combine(folder.Path, "model");
        Directory.CreateDirectory(model);
        foreach (string name in new[] { "severity.onnx", "vocab.txt", "model.json" })
        {
            File.Copy(Repository.PathTo("models", name), Path.Combine(model, name));
        }

        Break(model, fault);
        await using CollectorProcess collector = await CollectorProcess.StartAsync($"classifier: {{ model_folder: \"{model}\" }}", folder: folder);
        using (SyslogSender sender = await SyslogSender.ConnectTcpAsync(collector.TcpPort))
        {
            await sender.SendAsync("<130>1 2026-11-25T10:00:00Z web1 app - - - something is very wrong\n");
            await collector.WaitForMetricAsync("collector_ledger_records_total{state=\"delivered\"}", value => value >= 1);
        }

        (int status, string body) = await collector.TryGetAsync("/readyz");
        JsonElement health = JsonDocument.Parse(body).RootElement;
        JsonElement classifier = health.GetProperty("components").EnumerateArray().Single(c => c.GetProperty("component").GetString() == "classifier");
        Assert.Equal(200, status);
        Assert.Equal("degraded", health.GetProperty("status").GetString());
        Assert.Contains(model, classifier.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains(collector.Program.Errors, line => line.Contains(model, StringComparison.Ordinal));
        Assert.Equal(0, await collector.Program.StopAsync());

        JsonElement verdict = collector.Records().Single().GetProperty("verdict");
        Assert.Equal("fallback", verdict.GetProperty("source").GetString());
        Assert.Equal("critical", verdict.GetProperty("severity").GetString());
    }

    static void Break(string model, string fault)
    {
        string onnx = Path.Combine(model, "severity.onnx");
        string card = Path.Combine(model, "model.json");
        switch (fault)
        {
            case "missing":
                File.Delete(onnx);
                break;
            case "truncated":
                using (FileStream stream = File.OpenWrite(onnx))
                {
                    stream.SetLength(100_000);
                }

                break;
            default:
                // A card that promises four severities where the model gives five.
                File.WriteAllText(card, File.ReadAllText(card).Replace("\"debug\",", "", StringComparison.Ordinal));
                break;
        }
    }
}
