using System.Net;
using Classifier;
using Collector.Pipeline;
using Collector.Status;
using Collector.Tests.Shared;
using Tests.Shared;

namespace Collector.Tests.Status;

public sealed class StatusEndpointsTests : IAsyncLifetime
{
    readonly RecentCriticals _criticals = new(TimeProvider.System);
    readonly Reloads _reloads = new();
    readonly LogClassifier _classifier = TestClassifier.WithoutModel();
    readonly StatusEndpoints _endpoints;
    readonly HttpClient _http = new();

    public StatusEndpointsTests() => _endpoints = new StatusEndpoints(new IPEndPoint(IPAddress.Loopback, 0), Report, () => "a: b\n", _criticals, _reloads, _classifier);

    public async Task InitializeAsync()
    {
        await _endpoints.StartAsync(default);
        _http.BaseAddress = new Uri(_endpoints.Listening);
    }

    public async Task DisposeAsync()
    {
        await _endpoints.DisposeAsync();
        _criticals.Dispose();
        _http.Dispose();
        await _classifier.DisposeAsync();
    }

    [Fact]
    public async Task Status_OfEveryPart_HasOneShape() => Snapshot.Verify(await _http.GetStringAsync(new Uri("/api/status", UriKind.Relative)), "json");

    [Theory]
    [InlineData("/", "text/html; charset=utf-8")]
    [InlineData("/page.css", "text/css; charset=utf-8")]
    [InlineData("/page.js", "text/javascript; charset=utf-8")]
    [InlineData("/api/config", "application/yaml")]
    [InlineData("/api/criticals", "application/json")]
    [InlineData("/api/templates", "application/json")]
    [InlineData("/api/templates?limit=20", "application/json")]
    public async Task Get_APage_HasItsTypeAndRunsNoScriptButItsOwn(string path, string contentType)
    {
        using HttpResponseMessage answer = await _http.GetAsync(new Uri(path, UriKind.Relative));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(contentType, answer.Content.Headers.ContentType?.ToString());
        Assert.Contains("default-src 'none'; script-src 'self'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        string body = await answer.Content.ReadAsStringAsync();
        Assert.DoesNotContain("innerHTML", body, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/nothing", HttpStatusCode.NotFound)]
    [InlineData("GET", "/api/templates?limit=0", HttpStatusCode.BadRequest)]
    [InlineData("GET", "/api/templates?limit=many", HttpStatusCode.BadRequest)]
    [InlineData("GET", "/-/reload", HttpStatusCode.MethodNotAllowed)]
    [InlineData("POST", "/api/status", HttpStatusCode.MethodNotAllowed)]
    [InlineData("HEAD", "/", HttpStatusCode.OK)]
    public async Task Request_OfAnyKind_HasItsStatus(string method, string path, HttpStatusCode expected) => Assert.Equal(expected, await SendAsync(method, path));

    // DNS rebinding and cross-site requests: the page has no login.
    [Theory]
    [InlineData("Host", "logs.example", HttpStatusCode.Forbidden)]
    [InlineData("Host", "localhost:8080", HttpStatusCode.OK)]
    [InlineData("Host", "[::1]:8080", HttpStatusCode.OK)]
    [InlineData("Origin", "http://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("Origin", "null", HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site", "cross-site", HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site", "same-site", HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site", "same-origin", HttpStatusCode.OK)]
    public async Task Request_FromElsewhere_IsRefused(string header, string value, HttpStatusCode expected) =>
        Assert.Equal(expected, await SendAsync("GET", "/api/status", header, value));

    [Fact]
    public async Task Reload_FromAnotherSite_IsNeverAsked() => Assert.Equal(HttpStatusCode.Forbidden, await SendAsync("POST", "/-/reload", "Origin", "http://evil.example"));

    [Fact]
    public async Task Reload_WithAMistake_AnswersWithIt()
    {
        using CancellationTokenSource stop = new();
        Queue<IReadOnlyList<string>> answers = new([[], ["collector.yaml:1:1: no"]]);
        Task serving = _reloads.ServeAsync(() => Task.FromResult(answers.Dequeue()), stop.Token);
        using HttpResponseMessage fine = await _http.PostAsync(new Uri("/-/reload", UriKind.Relative), null);
        using HttpResponseMessage wrong = await _http.PostAsync(new Uri("/-/reload", UriKind.Relative), null);

        Assert.Equal((HttpStatusCode.OK, "Reloaded.\n"), (fine.StatusCode, await fine.Content.ReadAsStringAsync()));
        Assert.Equal((HttpStatusCode.BadRequest, "collector.yaml:1:1: no\n"), (wrong.StatusCode, await wrong.Content.ReadAsStringAsync()));
        await stop.CancelAsync();
        await serving;
    }

    [Fact]
    public async Task Criticals_AFlood_IsAsLongAsThePage()
    {
        BatchBuilder builder = new() { BufferBytes = 256 * 1024 };
        for (int i = 0; i < 300; i++)
        {
            builder.Add($"<b>fire {i}</b>", "db1", "kernel", verdict: new Verdict { Severity = i % 2 == 0 ? Severity.Error : Severity.Critical });
        }

        await _criticals.OfferAsync(builder.Build(new ClassifiedBatchPool(new Ledger())));

        string answer = await _http.GetStringAsync(new Uri("/api/criticals", UriKind.Relative));
        Assert.Equal(RecentCriticals.CountMax, System.Text.Json.JsonDocument.Parse(answer).RootElement.GetProperty("criticals").GetArrayLength());
        Assert.Contains("fire 201", answer, StringComparison.Ordinal);
        Assert.Contains("fire 299", answer, StringComparison.Ordinal);
    }

    static StatusReport Report() => new()
    {
        Version = "1.2.3",
        Model = "severity-1",
        Configuration = "collector.yaml",
        UptimeSeconds = 12.5,
        Health = new HealthReport(ComponentHealth.Ok, [ComponentHealth.Of("receiver:syslog", null)]),
        LastMinute = new Dictionary<string, long> { ["info"] = 3 },
        Ledger = new LedgerStatus(10, 7, 1, [new DroppedStatus("intake", "queue_full", 2)]),
        Receivers = [new ReceiverStatus("syslog", ["udp 127.0.0.1:5514"], 10, 1, 1900, 2, 3)],
        Classifier = new ClassifierStatus(5, 90, 10, 1, 9, 0.1),
        Outputs = [new OutputStatus("file", 7, 0, 0, 1, 0.5, "disk full")],
    };

    async Task<HttpStatusCode> SendAsync(string method, string path, string? header = null, string? value = null)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), path);
        if (header is not null)
        {
            request.Headers.TryAddWithoutValidation(header, value);
        }

        using HttpResponseMessage answer = await _http.SendAsync(request);
        return answer.StatusCode;
    }
}
