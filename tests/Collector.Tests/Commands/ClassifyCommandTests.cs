using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Collector.Commands.Lines;
using Collector.Tests.Shared;

namespace Collector.Tests.Commands;

public sealed class ClassifyCommandTests
{
    const string Lines = "User logged in successfully.\n\nSQL injection attempt detected in API.\n{\"app\":\"scanner\",\"msg\":\"Critical vulnerability found in package xyz.\"}\n";

    [Fact]
    public async Task Classify_Json_GivesALineEachInOrder()
    {
        Invocation result = await Invocation.WithInputAsync(Lines, "classify", "--json");
        Assert.Equal((0, ""), (result.Code, result.Error));
        JsonElement[] lines = Json(result.Output);
        Assert.Equal(
            [("", "User logged in successfully."), ("", "SQL injection attempt detected in API."), ("scanner", "Critical vulnerability found in package xyz.")],
            lines.Select(l => (l.GetProperty("app").GetString()!, l.GetProperty("body").GetString()!)));
        Assert.All(lines, line => Assert.Equal(
            ["app", "body", "severity", "category", "confidence", "critical_probability", "source", "template"], line.EnumerateObject().Select(p => p.Name)));
        Assert.Equal(["info", "critical"], lines.Take(2).Select(l => l.GetProperty("severity").GetString()));
        Assert.Equal(("security", "model"), (lines[1].GetProperty("category").GetString(), lines[1].GetProperty("source").GetString()));
        Assert.Matches("^[0-9a-f]{16}$", lines[1].GetProperty("template").GetString());
    }

    [Fact]
    public async Task Classify_ManyLines_KeepsTheirOrder()
    {
        string[] texts = [.. Enumerable.Range(0, 3_000).Select(i => $"job {i} done in queue {(char)('a' + (i % 5))}")];
        Invocation result = await Invocation.WithInputAsync(string.Join('\n', texts), "classify", "--json");
        Assert.Equal(texts, Json(result.Output).Select(l => l.GetProperty("body").GetString()));
    }

    [Fact]
    public async Task Classify_Files_ReadsGzipAndSums()
    {
        using TemporaryFolder folder = new();
        string plain = folder.Write("a.log", Lines);
        await using (GZipStream gzip = new(File.Create(folder["b.log.gz"]), CompressionLevel.Fastest))
        {
            await gzip.WriteAsync(Encoding.UTF8.GetBytes(Lines));
        }

        Invocation result = await Invocation.OfAsync("classify", plain, folder["b.log.gz"]);
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.StartsWith("6 records in ", result.Output, StringComparison.Ordinal);
        Assert.Contains("critical", result.Output, StringComparison.Ordinal);
        Assert.Contains("SQL injection attempt detected in API.", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', result.Output);
    }

    [Fact]
    public async Task Classify_MissingFiles_AreNamedAllAtOnce()
    {
        using TemporaryFolder folder = new();
        Invocation result = await Invocation.OfAsync("classify", "/no/such/one", folder.Write("good", "x"), "/no/such/two", folder.Path);
        Assert.Equal((2, "", $"/no/such/one: no such file\n/no/such/two: no such file\n{folder.Path}: it is a folder\n"), (result.Code, result.Output, result.Error));
    }

    [Fact]
    public async Task Classify_DamagedGzip_TellsAndGoesOnWithTheNextFile()
    {
        using TemporaryFolder folder = new();
        await File.WriteAllBytesAsync(folder["bad.gz"], [0x1F, 0x8B, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        Invocation result = await Invocation.OfAsync("classify", "--json", folder["bad.gz"], folder.Write("good", "a line\n"));
        Assert.Equal(1, result.Code);
        Assert.Contains("bad.gz: ", result.Error, StringComparison.Ordinal);
        Assert.Equal("a line", Assert.Single(Json(result.Output)).GetProperty("body").GetString());
    }

    [Fact]
    public async Task Classify_Nothing_IsFine()
    {
        Invocation result = await Invocation.WithInputAsync("", "classify");
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.StartsWith("0 records", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Classify_HostileText_NeverDrivesTheTerminal(bool isTerminal)
    {
        const string Attack = "SQL injection attempt detected \u001b]0;owned\u0007\u001b[2J\u009b31m\u202e[red]markup[/] in API.";
        Invocation result = await Invocation.OfAsync(["classify", "--app", "\u001b[5m[bold]"], Encoding.UTF8.GetBytes(Attack + "\n"), isTerminal);
        Assert.Equal(0, result.Code);
        Assert.DoesNotContain("\u001b]0", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[2J", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[5m", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u009b', result.Output);
        Assert.DoesNotContain('\u202e', result.Output);
        Assert.Contains("[red]markup[/]", result.Output.ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Classify_HostileTextAsJson_IsEscaped()
    {
        byte[] input = [.. "x \u001b[2J \u009b31m \u202e \u007f "u8, 0xFF, .. "\n"u8];
        Invocation result = await Invocation.OfAsync(["classify", "--json"], input);
        Assert.All(result.Output, c => Assert.True(c == '\n' || !char.IsControl(c), $"U+{(int)c:x4}"));
        Assert.DoesNotContain('\u202e', result.Output);
        Assert.Equal("x \u001b[2J \u009b31m \u202e \u007f \uFFFD", Json(result.Output)[0].GetProperty("body").GetString());
    }

    [Fact]
    public async Task Classify_RulesAndPolicy_Decide()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("c.yaml", "classifier: { policy: declared }\nrules:\n  - { match: { regex: injection }, severity: debug, category: routine }\n");
        Invocation result = await Invocation.WithInputAsync(
            "<11>Nov 25 10:00:00 h app: User logged in successfully.\nSQL injection attempt detected in API.\n", "classify", "--json", "-c", file);
        Assert.Equal(
            [("error", "declared"), ("debug", "rule")],
            Json(result.Output).Select(l => (l.GetProperty("severity").GetString()!, l.GetProperty("source").GetString()!)));
    }

    [Fact]
    public async Task Classify_NoModel_EndsWith1()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("c.yaml", $"classifier: {{ model_folder: {folder.Path} }}\n");
        Invocation result = await Invocation.WithInputAsync("x\n", "classify", "-c", file);
        Assert.Equal((1, ""), (result.Code, result.Output));
        Assert.StartsWith("There is no model to ask: ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Classify_HugeLine_IsCutAndTold()
    {
        Invocation result = await Invocation.WithInputAsync(new string('x', LineChunks.LineBytesMax + 100_000) + "\nnext\n", "classify", "--json");
        Assert.Equal(0, result.Code);
        Assert.Equal("1 lines are longer than 4MiB; their ends were left out.\n", result.Error);
        Assert.Equal(2, Json(result.Output).Length);
    }

    static JsonElement[] Json(string output) =>
        [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
}
