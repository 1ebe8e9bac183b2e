using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Packaging.Tests.Tools;
using Tests.Shared;

namespace Packaging.Tests.Container;

public sealed class ImageTests(BuiltImage image) : IClassFixture<BuiltImage>, IAsyncLifetime
{
    readonly string _container = "collector-test-" + Guid.NewGuid().ToString("N")[..8];

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => image.PodmanAsync("rm", "--force", "--volumes", "--time", "0", "--ignore", _container);

    [ContainerFact]
    public async Task Container_ReadOnlyWithoutCapabilities_TakesLogsInAndTells()
    {
        using TemporaryFolder folder = new();
        int syslog = Ports.Free();
        int http = Ports.Free();
        string configuration = folder.Write("collector.yaml", File.ReadAllText(Repository.PathTo("packaging", "container", "collector.yaml"))
            .Replace("0.0.0.0:5514", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{syslog}"), StringComparison.Ordinal)
            .Replace("0.0.0.0:8000", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{http}"), StringComparison.Ordinal)
            .Replace("0.0.0.0:4317", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Ports.Free()}"), StringComparison.Ordinal)
            .Replace("0.0.0.0:4318", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Ports.Free()}"), StringComparison.Ordinal));
        Stopwatch clock = Stopwatch.StartNew();
        (await image.PodmanAsync([
            "run", "--detach", "--name", _container, "--read-only", "--cap-drop", "all", "--security-opt", "no-new-privileges", "--network", "host", .. BuiltImage.Limits,
            "--volume", configuration + ":/etc/collector/collector.yaml:ro", BuiltImage.Name, "run", "--config", "/etc/collector/collector.yaml"])).Succeeded();
        using HttpClient client = new() { BaseAddress = new Uri($"http://127.0.0.1:{http}") };
        await Poll.UntilAsync(() => client.GetStringAsync("/readyz")!, "the container is not ready");
        long ready = clock.ElapsedMilliseconds;
        clock.Restart();
        (await image.PodmanAsync([
            "run", "--rm", "--read-only", "--cap-drop", "all", "--security-opt", "no-new-privileges", "--network", "host", .. BuiltImage.Limits, BuiltImage.Name, "version"])).Succeeded();
        Console.WriteLine($"podman run to ready: {ready} ms; podman run of a program that ends at once: {clock.ElapsedMilliseconds} ms");

        using (TcpClient sender = new("127.0.0.1", syslog))
        {
            await sender.GetStream().WriteAsync(Encoding.ASCII.GetBytes("<14>1 - web1 kernel - - - EXT4-fs error (device sda1): remounting filesystem read-only\n"));
        }

        await Poll.UntilAsync(
            async () => (await client.GetStringAsync("/metrics")) is { } page && page.Contains("log_severity{level=\"CRITICAL\"} 1", StringComparison.Ordinal) ? page : null,
            "the critical record is not on the page");
        await Poll.UntilAsync(
            async () => (await image.PodmanAsync("logs", _container)).Output is { } output && output.Contains("EXT4-fs error", StringComparison.Ordinal) ? output : null,
            "the critical record is not in the container's log");
        (await image.PodmanAsync("exec", _container, "/usr/bin/collector", "healthcheck")).Succeeded();

        (await image.PodmanAsync("stop", "--time", "20", _container)).Succeeded();
        Assert.Equal("0", (await image.PodmanAsync("inspect", "--format", "{{.State.ExitCode}}", _container)).Succeeded().Trim());
    }

    [ContainerFact]
    public async Task Image_HasWhatPlatformsLookFor()
    {
        JsonElement facts = JsonDocument.Parse((await image.PodmanAsync("inspect", BuiltImage.Name)).Succeeded()).RootElement[0];
        Console.WriteLine($"image: {facts.GetProperty("Size").GetInt64() / 1_000_000} MB");
        JsonElement config = facts.GetProperty("Config");
        Assert.Equal("65532:65532", config.GetProperty("User").GetString());
        Assert.Equal("/usr/bin/collector", config.GetProperty("Entrypoint")[0].GetString());
        Assert.Equal(["4317/tcp", "4318/tcp", "5514/tcp", "5514/udp", "8000/tcp"], config.GetProperty("ExposedPorts").EnumerateObject().Select(p => p.Name).Order());
        Assert.Equal(["CMD", "/usr/bin/collector", "healthcheck"], facts.GetProperty("Healthcheck").GetProperty("Test").EnumerateArray().Select(t => t.GetString()));
        Assert.Equal("Collector", facts.GetProperty("Labels").GetProperty("org.opencontainers.image.title").GetString());

        // The defaults, and one file that runs without a network or a place to write to.
        string check = (await image.PodmanAsync(["run", "--rm", "--read-only", "--cap-drop", "all", "--network", "none", .. BuiltImage.Limits, BuiltImage.Name, "check"])).Succeeded();
        Assert.Contains("0.0.0.0:5514", check, StringComparison.Ordinal);
    }
}
