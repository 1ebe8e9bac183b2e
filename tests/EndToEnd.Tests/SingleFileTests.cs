using System.Text.Json;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests;

/// <summary>The binary is all there is: model, vocabulary and ONNX Runtime are inside.</summary>
public sealed class SingleFileTests
{
    [Fact]
    public async Task Explain_BinaryAloneInAnEmptyFolder_ClassifiesWithTheModel()
    {
        using TemporaryFolder folder = new();
        File.Copy(CollectorProcess.Binary, folder.File("collector"));
        await using RunningProgram program = new(
            folder.File("collector"), ["explain", "--json", "SQL injection attempt detected in API."], folder.Path,
            new Dictionary<string, string> { ["LD_LIBRARY_PATH"] = "", ["PATH"] = "/usr/bin:/bin" });

        Assert.Equal(0, await program.ExitAsync());
        JsonElement answer = JsonDocument.Parse(string.Join('\n', program.Output)).RootElement;
        Assert.Equal("critical", answer.GetProperty("severity").GetString());
        Assert.Equal("model", answer.GetProperty("source").GetString());
        Assert.True(answer.GetProperty("would_alert").GetBoolean());
        Assert.Equal(["collector"], Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void Binary_Size_StaysBelowTheGoal()
    {
        long size = new FileInfo(CollectorProcess.Binary).Length;
        Assert.True(size <= 80 * 1024 * 1024, $"{size} bytes");
    }
}
