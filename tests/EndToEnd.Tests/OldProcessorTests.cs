using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests;

public sealed class OldProcessorTests
{
    [Fact]
    public async Task Start_OnAProcessorWithoutAvx2_SaysSoAndEnds()
    {
        using TemporaryFolder folder = new();
        await using RunningProgram program = new("qemu-x86_64", ["-cpu", "Nehalem", CollectorProcess.Binary, "version"], folder.Path);

        Assert.NotEqual(0, await program.ExitAsync(TimeSpan.FromSeconds(60)));
        Assert.Contains(program.Errors, line => line.Contains("instruction sets are not supported by the current CPU", StringComparison.Ordinal));
    }
}
