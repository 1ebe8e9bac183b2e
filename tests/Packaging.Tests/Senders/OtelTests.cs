using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Packaging.Tests.Tools;
using Tests.Shared;

namespace Packaging.Tests.Senders;

/// <summary>The programs of <c>packaging/otel</c> as they stand, each against the published binary.</summary>
public sealed class OtelTests : IAsyncLifetime
{
    // From the OpenTelemetry specification, for an OTLP logs exporter.
    static readonly string[] SdkVariables =
    [
        "OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES", "OTEL_LOGS_EXPORTER",
        "OTEL_EXPORTER_OTLP_LOGS_PROTOCOL", "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "OTEL_EXPORTER_OTLP_LOGS_COMPRESSION",
    ];

    readonly TemporaryFolder _folder = new();
    RunningCollector _collector = null!;

    string HttpUrl => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_collector.OtlpHttpPort}/v1/logs");

    public async Task InitializeAsync() => _collector = await RunningCollector.StartAsync();

    public Task DisposeAsync()
    {
        _collector.Dispose();
        _folder.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public void SdkEnvironment_HasVariablesOfTheSpecificationForThePortsOfTheCollector()
    {
        string[] lines = [.. EnvironmentLines().Select(l => l.TrimStart('#', ' '))];
        Assert.Equal(SdkVariables.Order(), lines.Select(l => l.Split('=')[0]).Distinct().Order());
        Assert.Equal(["http://127.0.0.1:4317", "http://127.0.0.1:4318/v1/logs"], lines.Where(l => l.Contains("ENDPOINT", StringComparison.Ordinal)).Select(l => l.Split('=')[1]));
    }

    [ToolFact("curl")]
    public async Task Curl_WithoutAnSdk_IsTakenIn()
    {
        (await Tool.RunAsync("bash", Sample("send.sh"), HttpUrl)).Succeeded();
        await AssertTakenInAsync("http");
    }

    [ToolFact("python3")]
    public async Task Python_WithoutAnSdk_IsTakenIn()
    {
        ToolResult result = await Tool.RunAsync("python3", Sample("send.py"), HttpUrl);
        result.Succeeded();
        Assert.Equal("", result.Errors);
        await AssertTakenInAsync("http");
    }

    [ToolFact("python3")]
    public async Task Python_NobodyThere_SaysWhatIsLostAndGoesOn()
    {
        ToolResult result = await Tool.RunAsync("python3", Sample("send.py"), string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Ports.Free()}/v1/logs"));
        result.Succeeded();
        Assert.StartsWith("1 records not sent: ", result.Errors, StringComparison.Ordinal);
    }

    /// <summary>In a folder of its own, as its first lines say: this repository has settings for all projects in it.</summary>
    [ToolTheory("dotnet")]
    [InlineData("grpc")]
    [InlineData("http")]
    public async Task DotNet_ByTheEnvironment_IsTakenIn(string transport)
    {
        File.Copy(Sample("send.cs"), _folder.PathTo("send.cs"));
        (await RunInEnvironmentAsync(transport, "dotnet", "run", "send.cs")).Succeeded();
        JsonElement resource = (await AssertTakenInAsync(transport)).GetProperty("resource");
        Assert.Equal("production", resource.GetProperty("deployment.environment.name").GetString());
    }

    [JavaScriptFact]
    public async Task JavaScript_ByTheEnvironment_IsTakenIn()
    {
        File.Copy(Sample("send.mjs"), _folder.PathTo("send.mjs"));
        Directory.CreateSymbolicLink(_folder.PathTo("node_modules"), JavaScriptFactAttribute.Modules);
        (await RunInEnvironmentAsync("http", "node", "send.mjs")).Succeeded();
        JsonElement resource = (await AssertTakenInAsync("http")).GetProperty("resource");
        Assert.Equal("production", resource.GetProperty("deployment.environment.name").GetString());
    }

    static string Sample(string file) => Repository.PathTo("packaging", "otel", file);

    static IEnumerable<string> EnvironmentLines() => File.ReadLines(Sample("sdk.env")).Where(l => l.Contains("OTEL_", StringComparison.Ordinal));

    Task<ToolResult> RunInEnvironmentAsync(string transport, string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { WorkingDirectory = _folder.Path };
        // The lines for HTTP are commented out, and come last.
        foreach (string line in EnvironmentLines().Where(l => transport == "http" || !l.StartsWith('#')).Select(l => l.TrimStart('#', ' ')))
        {
            start.Environment[line.Split('=')[0]] = line[(line.IndexOf('=', StringComparison.Ordinal) + 1)..]
                .Replace(":4317", ":" + _collector.OtlpGrpcPort.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
                .Replace(":4318", ":" + _collector.OtlpHttpPort.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        }

        return Tool.RunAsync(start);
    }

    async Task<JsonElement> AssertTakenInAsync(string transport)
    {
        JsonElement record = JsonDocument.Parse((await _collector.RecordsAsync(1))[0]).RootElement;
        Assert.Equal("SQL injection attempt detected in API.", record.GetProperty("body").GetString());
        Assert.Equal("shop", record.GetProperty("app").GetString());
        Assert.Equal("otlp", record.GetProperty("receiver").GetString());
        Assert.Equal(transport, record.GetProperty("transport").GetString());
        Assert.Equal(9, record.GetProperty("severity_number").GetInt32());
        return record;
    }
}

/// <summary>A test that runs node with the packages that <c>test.sh</c> installs for the end-to-end tests: skipped where they are not.</summary>
sealed class JavaScriptFactAttribute : FactAttribute
{
    public static readonly string Modules = Repository.PathTo("tests", "EndToEnd.Tests", "otel-js", "node_modules");

    public JavaScriptFactAttribute() => Skip = Ability.Missing("node") ?? (Directory.Exists(Modules) ? null : "not installed: " + Modules);
}
