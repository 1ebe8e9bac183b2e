using System.Globalization;
using System.Text.Json;
using Tests.Shared;

namespace Packaging.Tests.Tools;

/// <summary>A real Prometheus with the packaged configuration and rules; only addresses and pace are changed.</summary>
sealed class PrometheusServer : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly BackgroundProcess _process;
    readonly HttpClient _client;

    public PrometheusServer(int collectorPort)
    {
        string packaged = Repository.PathTo("packaging", "prometheus");
        Directory.CreateDirectory(_folder.PathTo("rules"));
        foreach (string rules in Directory.GetFiles(Path.Combine(packaged, "rules")))
        {
            File.Copy(rules, _folder.PathTo("rules", Path.GetFileName(rules)));
        }

        string configuration = _folder.Write("prometheus.yml", File.ReadAllText(Path.Combine(packaged, "prometheus.yml"))
            .Replace("collector:8000", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{collectorPort}"), StringComparison.Ordinal)
            .Replace("\"alertmanager:9093\"", "", StringComparison.Ordinal)
            .Replace("15s", "1s", StringComparison.Ordinal));
        int port = Ports.Free();
        _client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        _process = new BackgroundProcess(
            "prometheus", $"--config.file={configuration}", $"--storage.tsdb.path={_folder.PathTo("data")}", $"--web.listen-address=127.0.0.1:{port}");
    }

    /// <summary>Waits until the collector was scraped this often.</summary>
    public Task ScrapedAsync(int times) => Poll.UntilAsync(
        async () =>
        {
            Assert.False(_process.HasExited, _process.Said);
            JsonElement[] counts = await QueryAsync("count_over_time((up{job=\"collector\"} == 1)[10m:1s])");
            return counts.Length > 0 && Value(counts[0]) >= times ? counts : null;
        },
        "Prometheus did not scrape the collector");

    /// <summary>Samples of an instant query.</summary>
    /// <exception cref="PrometheusException">Prometheus refused the query.</exception>
    public async Task<JsonElement[]> QueryAsync(string expression)
    {
        JsonElement data = await GetAsync("/api/v1/query?query=" + Uri.EscapeDataString(expression));
        return [.. data.GetProperty("result").EnumerateArray()];
    }

    public static double Value(JsonElement sample) => double.Parse(sample.GetProperty("value")[1].GetString()!, CultureInfo.InvariantCulture);

    /// <summary>The <c>data</c> of an answer.</summary>
    public async Task<JsonElement> GetAsync(string path)
    {
        using HttpResponseMessage response = await _client.GetAsync(path);
        string text = await response.Content.ReadAsStringAsync();
        if (text.StartsWith('{'))
        {
            JsonElement answer = JsonDocument.Parse(text).RootElement;
            return answer.GetProperty("status").GetString() == "success" ? answer.GetProperty("data") : throw new PrometheusException(text);
        }

        throw new HttpRequestException(text);
    }

    public void Dispose()
    {
        _process.Dispose();
        _client.Dispose();
        _folder.Dispose();
    }
}

/// <summary>Prometheus's own word on a wrong request.</summary>
sealed class PrometheusException(string message) : Exception(message);
