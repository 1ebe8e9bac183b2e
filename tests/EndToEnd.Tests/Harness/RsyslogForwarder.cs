using System.Globalization;
using System.Text.Json;

namespace EndToEnd.Tests.Harness;

/// <summary>Debian's rsyslogd, which reads numbered lines from a file and forwards them by one action.</summary>
sealed class RsyslogForwarder : IAsyncDisposable
{
    readonly TemporaryFolder _folder = new();

    /// <param name="action">The action, in rsyslog's own words.</param>
    /// <param name="messages">How many lines.</param>
    /// <param name="global">More settings of <c>global()</c>, and modules behind it.</param>
    public RsyslogForwarder(string action, int messages, string global = ")")
    {
        _folder.Write("input.log", string.Concat(Enumerable.Range(0, messages).Select(i => $"request {i} took 12 ms from 10.0.0.{i % 250}\n")));
        string configuration = _folder.Write("rsyslog.conf", $$"""
            global(workDirectory="{{_folder.Path}}" localHostname="web1.example.org" {{global}}
            module(load="imfile" mode="polling" pollingInterval="1")
            input(type="imfile" file="{{_folder.File("input.log")}}" tag="checkout-api[812]:" facility="local3" severity="error")
            {{action}}
            """);
        Program = new RunningProgram("/usr/sbin/rsyslogd", ["-n", "-f", configuration, "-i", _folder.File("pid")], _folder.Path);
    }

    public RunningProgram Program { get; }

    /// <summary>Forwards all lines and stops when they have come.</summary>
    public static async Task ForwardAsync(CollectorProcess collector, string action, int messages, string global = ")")
    {
        await using RsyslogForwarder rsyslog = new(action, messages, global);
        await collector.WaitForMetricAsync("collector_ledger_records_total{state=\"received\"}", value => value >= messages, TimeSpan.FromSeconds(60));
        await rsyslog.Program.StopAsync();
    }

    /// <summary>All lines came, each once, with the fields that rsyslog gave them.</summary>
    public static void AssertEachOnce(List<JsonElement> records, int messages, string transport)
    {
        Assert.Equal(messages, records.Count);
        AssertFields(records, transport);
        Assert.Equal(messages, records.Select(Number).Distinct().Count());
    }

    public static void AssertFields(List<JsonElement> records, string transport) => Assert.All(records, record =>
    {
        Assert.Equal("web1.example.org", record.GetProperty("host").GetString());
        Assert.Equal("checkout-api", record.GetProperty("app").GetString());
        Assert.Equal("812", record.GetProperty("procid").GetString());
        Assert.Equal("local3", record.GetProperty("facility").GetString());
        Assert.Equal("err", record.GetProperty("severity_text").GetString());
        Assert.Equal(17, record.GetProperty("severity_number").GetInt32());
        Assert.Equal(transport, record.GetProperty("transport").GetString());
        Assert.Equal("syslog", record.GetProperty("receiver").GetString());
        Assert.False(record.TryGetProperty("parse", out _), record.ToString());
        DateTimeOffset sent = DateTimeOffset.Parse(record.GetProperty("timestamp").GetString()!, CultureInfo.InvariantCulture);
        Assert.True((TimeProvider.System.GetUtcNow() - sent).Duration() < TimeSpan.FromMinutes(5), sent.ToString("O"));
    });

    public async ValueTask DisposeAsync()
    {
        await Program.DisposeAsync();
        _folder.Dispose();
    }

    static int Number(JsonElement record) => int.Parse(record.GetProperty("body").GetString()!.Split(' ')[1], CultureInfo.InvariantCulture);
}
