using Collector.Outputs;
using Collector.Tests.Outputs.Requests;
using Collector.Tests.Shared;

namespace Collector.Tests.Outputs.Otlp;

/// <summary>Alone, after the parallel tests: the memory measured is the whole process's.</summary>
[Collection(Alone.Name)]
public sealed class OtlpLargeAnswerTests
{
    [Fact]
    public async Task Send_AnAnswerOfAGigabyte_ReadsLittleOfItAndGoesOn()
    {
        using ScriptedServer server = new(ScriptedServer.Huge, "200");
        await using IOutput output = await Sending.OpenAsync("otlp", $"protocol: http/protobuf, endpoint: '{server.Address}'");
        BatchBuilder batch = new BatchBuilder().Add("one", "web1").Add("two", "web1");
        long before = GC.GetTotalAllocatedBytes();
        Assert.Equal(SendKind.Delivered, (await output.SendAsync(batch)).Kind);
        Assert.Equal(SendKind.Delivered, (await output.SendAsync(batch)).Kind);
        // What lies in socket buffers was sent, but not read.
        Assert.InRange(server.HugeBytes, 0, 64L << 20);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 16L << 20);
    }
}
