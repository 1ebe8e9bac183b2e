using System.Net;
using Classifier;
using Collector.Configuration;
using Collector.Metrics;
using Collector.Pipeline;
using Collector.Status;
using Collector.Tests.Shared;
using Microsoft.Extensions.Time.Testing;
using Prometheus;
using Receivers;
using Tests.Shared;

namespace Collector.Tests.Status;

public sealed class HttpEndpointsTests : IAsyncLifetime
{
    readonly Ledger _ledger = new();
    readonly VerdictStatistics _statistics = new(TimeProvider.System);
    readonly LogClassifier _classifier = TestClassifier.WithoutModel();
    readonly StubReceiver _receiver = new();
    readonly RecordPipeline _pipeline;
    readonly Health _health;
    readonly HttpEndpoints _endpoints;
    readonly HttpClient _http = new();

    public HttpEndpointsTests()
    {
        _pipeline = new RecordPipeline(
            new PipelineOptions(1, 1 << 20, 1 << 20, TimeSpan.FromSeconds(2)),
            _ledger,
            _classifier,
            () => new Judge(new Lawbook(new Law(SeverityPolicy.Model, new RuleSet([]))), _statistics),
            new OutputFan([]),
            TimeProvider.System);
        _health = new Health(() => [_receiver], _pipeline, _classifier, () => [ComponentHealth.Of("output:file", null)]);
        CollectorRegistry registry = Prometheus.Metrics.NewCustomRegistry();
        MetricFactory metrics = Prometheus.Metrics.WithCustomRegistry(registry);
        LogMetrics.Register(metrics, registry, _statistics);
        LedgerMetrics.Register(metrics, registry, _ledger, _pipeline);
        ReceiverMetrics.Register(metrics, registry, () => [_receiver], new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddDays(20_000)));
        _endpoints = new HttpEndpoints(new IPEndPoint(IPAddress.Loopback, 0), new MetricsPage(registry), _health);
    }

    public async Task InitializeAsync()
    {
        await _endpoints.StartAsync(default);
        _http.BaseAddress = new Uri(_endpoints.Listening);
    }

    [Fact]
    public async Task Metrics_ClassicFormat_HasEveryFamily()
    {
        Count();

        Snapshot.Verify(await _http.GetStringAsync(new Uri("/metrics", UriKind.Relative)));
    }

    [Fact]
    public async Task Metrics_WhenAskedForOpenMetrics_EndsWithEof()
    {
        Count();
        using HttpRequestMessage request = new(HttpMethod.Get, "/metrics");
        request.Headers.Add("Accept", "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5");
        using HttpResponseMessage answer = await _http.SendAsync(request);

        Assert.Equal("application/openmetrics-text", answer.Content.Headers.ContentType?.MediaType);
        Snapshot.Verify(await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Readyz_BeforeTheStart_IsUnavailableAndNamesWhatIsNot()
    {
        (HttpStatusCode status, string body) = await GetAsync("/readyz");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Snapshot.Verify(body, "json");
    }

    [Fact]
    public async Task Readyz_WithoutAModel_IsDegradedAndReady()
    {
        _health.MarkStarted();
        (HttpStatusCode status, string body) = await GetAsync("/readyz");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("\"degraded\"", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Readyz_AReceiverHasAProblem_IsUnavailable()
    {
        _health.MarkStarted();
        _receiver.Problem = "tcp 0.0.0.0:5514: the listener ended";
        (HttpStatusCode status, string body) = await GetAsync("/readyz");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains(_receiver.Problem, body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/livez", HttpStatusCode.OK)]
    [InlineData("POST", "/metrics", HttpStatusCode.MethodNotAllowed)]
    [InlineData("GET", "/nothing", HttpStatusCode.NotFound)]
    public async Task Request_OfAnyKind_HasItsStatus(string method, string path, HttpStatusCode expected)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), path);
        using HttpResponseMessage answer = await _http.SendAsync(request);

        Assert.Equal(expected, answer.StatusCode);
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _endpoints.DisposeAsync();
        _pipeline.Dispose();
    }

    async Task<(HttpStatusCode Status, string Body)> GetAsync(string path)
    {
        using HttpResponseMessage answer = await _http.GetAsync(new Uri(path, UriKind.Relative));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    void Count()
    {
        _ledger.Enter(10);
        _ledger.Deliver(7);
        _ledger.Drop(2, "intake", DropReasons.QueueFull);
        VerdictStatistics.Tally tally = new();
        tally.Severities[(int)Severity.Critical] = 2;
        tally.CriticalCategories[(int)Category.Security] = 2;
        tally.Sources[(int)VerdictSource.Model] = 2;
        tally.Comparisons[((int)Severity.Info * LabelNames.Severities.Count) + (int)Severity.Critical] = 1;
        _statistics.Add(tally);
        ReceiverStatistics udp = _receiver.Statistics[0];
        udp.AddAccepted(10);
        udp.AddBytes(1_900);
        udp.AddMarks(ParseMarks.MissingPri | ParseMarks.Truncated);
        udp.AddSocketDrops(3);
        udp.AddRefused("not_allowed");
    }

    sealed class StubReceiver : IReceiver
    {
        public string Name => "syslog";

        public IReadOnlyList<ReceiverStatistics> Statistics { get; } = [new ReceiverStatistics("syslog", "udp")];

        public IReadOnlyList<string> Listening => [];

        public string? Problem { get; set; }

        public IReadOnlyList<SenderState> Senders =>
        [
            new(PeerAddress.From(new IPEndPoint(IPAddress.Parse("10.0.0.7"), 0)), 10, TimeSpan.FromSeconds(1.5), -3, IsSilent: false, IsLimited: false),
            new(PeerAddress.From(new IPEndPoint(IPAddress.Parse("2001:db8::7"), 0)), 1, TimeSpan.FromHours(1), null, IsSilent: true, IsLimited: false),
            new(PeerAddress.From(new IPEndPoint(IPAddress.Parse("10.0.0.8"), 0)), 0, null, null, IsSilent: false, IsLimited: false),
        ];

        public DateTimeOffset? CertificateExpiry => DateTimeOffset.UnixEpoch.AddDays(20_090);

        public Task StartAsync(IRecordSink sink, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken deadline) => Task.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
