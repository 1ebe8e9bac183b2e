using System.Buffers;
using System.Text;
using Classifier;
using Collector.Status;
using Collector.Tests.Shared;
using Tests.Shared;

namespace Collector.Tests.Commands;

public sealed class TemplatesCommandTests
{
    static readonly DateTimeOffset Noon = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    static readonly TemplateSummary[] Two =
    [
        new()
        {
            TemplateId = 0x9f1c53aa0b1d4e22,
            Verdict = new Verdict { Severity = Severity.Critical, Category = Category.Security, Confidence = 0.97f },
            Count = 12_345,
            FirstSeen = Noon,
            LastSeen = Noon.AddHours(5),
            Example = "api: SQL injection \"attempt\" \e[2J <script>",
        },
        new() { TemplateId = 1, Verdict = new Verdict { Severity = Severity.Info, Confidence = 0.5f }, Count = 1 },
    ];

    [Fact]
    public async Task Templates_OfARunningCollector_AreATable()
    {
        using ScriptedServer server = new("200|" + Json(Two));
        Invocation result = await Invocation.OfAsync("templates", "--address", server.Address[7..]);
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.StartsWith("GET /api/templates?limit=50 ", (await server.NextAsync()).Line, StringComparison.Ordinal);
        Snapshot.Verify(result.Output);
    }

    [Fact]
    public async Task Templates_Json_IsALineEach()
    {
        using ScriptedServer server = new("200|" + Json(Two));
        Invocation result = await Invocation.OfAsync("templates", "--json", "--limit", "2", "--address", server.Address[7..]);
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.StartsWith("GET /api/templates?limit=2 ", (await server.NextAsync()).Line, StringComparison.Ordinal);
        Snapshot.Verify(result.Output);
    }

    [Fact]
    public async Task Templates_AddressOfTheConfiguration_IsAsked()
    {
        using ScriptedServer server = new("200|" + Json([]));
        using TemporaryFolder folder = new();
        string file = folder.Write("c.yaml", $"status: {{ listen: '0.0.0.0:{new Uri(server.Address).Port}' }}\n");
        Invocation result = await Invocation.OfAsync("templates", "-c", file);
        Assert.Equal((0, "", "No template is known yet.\n"), (result.Code, result.Output, result.Error));
    }

    [Theory]
    [InlineData("404|nothing here", "answers 404")]
    [InlineData("200|<html>", "does not answer as a collector does")]
    [InlineData("200|{\"templates\":[{}]}", "does not answer as a collector does")]
    [InlineData("200|[]", "does not answer as a collector does")]
    [InlineData(ScriptedServer.Half, "cannot be asked")]
    public async Task Templates_OddAnswer_EndsWith1(string script, string problem)
    {
        using ScriptedServer server = new(script);
        Invocation result = await Invocation.OfAsync("templates", "--address", server.Address[7..]);
        Assert.Equal((1, ""), (result.Code, result.Output));
        Assert.Contains(problem, result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--limit", "0")]
    [InlineData("--limit", "10001")]
    [InlineData("--address", "a b")]
    [InlineData("--address", "host/other?")]
    public async Task Templates_WrongOption_EndsWith2(string option, string value) =>
        Assert.Equal(2, (await Invocation.OfAsync("templates", option, value)).Code);

    static string Json(TemplateSummary[] templates)
    {
        ArrayBufferWriter<byte> buffer = new();
        TemplatesJson.Write(buffer, templates);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
