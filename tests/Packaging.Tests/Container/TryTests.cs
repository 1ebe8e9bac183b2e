using System.Diagnostics;
using System.Globalization;
using Packaging.Tests.Tools;
using Tests.Shared;

namespace Packaging.Tests.Container;

/// <summary>What the compose file brings along, with the real binary beside it.</summary>
public sealed class TryTests : IAsyncLifetime
{
    RunningCollector _collector = null!;

    public async Task InitializeAsync() => _collector = await RunningCollector.StartAsync();

    public Task DisposeAsync()
    {
        _collector.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task TryScript_AgainstARunningCollector_ShowsCriticalLines()
    {
        ToolResult result = await RunTryScriptAsync();
        Assert.Matches(@"CRITICAL [1-9]", result.Succeeded());
        Assert.Contains("http://localhost:3000", result.Output, StringComparison.Ordinal);
    }

    Task<ToolResult> RunTryScriptAsync()
    {
        ProcessStartInfo start = new("bash", [Repository.PathTo("packaging", "container", "try.sh"), "127.0.0.1"]);
        start.Environment["SYSLOG_PORT"] = _collector.SyslogPort.ToString(CultureInfo.InvariantCulture);
        start.Environment["HTTP_PORT"] = _collector.HttpPort.ToString(CultureInfo.InvariantCulture);
        return Tool.RunAsync(start);
    }
}
