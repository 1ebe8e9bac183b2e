using Classifier;
using Collector.Outputs;
using Collector.Outputs.Formats;
using Collector.Outputs.Requests;
using Collector.Pipeline;
using Collector.Tests.Shared;
using OpenTelemetry.Proto.Common.V1;

namespace Collector.Tests.Outputs.Requests;

/// <summary>What the tests of all request payloads do with a batch.</summary>
static class Payloads
{
    public static Verdict ByModel { get; } = new() { Severity = Severity.Critical, Category = Category.Security, Confidence = 0.97f, TemplateId = 0x9f1c53aa0b1d4e22 };

    /// <summary>A hundred bodies, of which three are longer than the 2,000 bytes of a request.</summary>
    public static string[] ManyBodies { get; } =
        [.. Enumerable.Range(0, 100).Select(i => i is 0 or 41 or 99 ? new string('x', 3000) : $"record {i} {new string('y', i * 7)}")];

    /// <summary>The whole batch as one request.</summary>
    public static byte[] Encode(IRequestPayload payload, BatchBuilder builder)
    {
        ClassifiedBatch batch = Batch(builder);
        using IRequestPayload owned = payload;
        using PayloadBuffer buffer = new(16);
        Assert.Equal(new RequestPart(batch.Count, batch.Count, 0), payload.Write(buffer, batch, Identity.Upto(batch.Count).AsSpan(0, batch.Count)));
        return buffer.Span.ToArray();
    }

    /// <summary>The batch as requests of 2,000 bytes, without the three bodies that are too large.</summary>
    /// <param name="create">Makes the payload from the size of a request.</param>
    /// <param name="builder">Of <see cref="ManyBodies"/>.</param>
    public static List<byte[]> Split(Func<int, IRequestPayload> create, BatchBuilder builder)
    {
        const int bytesMax = 2000;
        ClassifiedBatch batch = Batch(builder);
        using IRequestPayload payload = create(bytesMax);
        using PayloadBuffer buffer = new(16);
        List<byte[]> requests = [];
        int tooLarge = 0;
        for (int from = 0; from < batch.Count;)
        {
            buffer.Clear();
            RequestPart part = payload.Write(buffer, batch, Identity.Upto(batch.Count).AsSpan(from, batch.Count - from));
            Assert.InRange(buffer.Length, 0, bytesMax);
            Assert.Equal(part.Taken, part.Written + part.TooLarge);
            requests.Add(buffer.Span.ToArray());
            tooLarge += part.TooLarge;
            from += part.Taken;
        }

        Assert.Equal(3, tooLarge);
        Assert.InRange(requests.Count, 5, 60);
        return requests;
    }

    public static void AssertAllocatesNothing(IRequestPayload payload, BatchBuilder builder)
    {
        ClassifiedBatch batch = Batch(builder);
        using IRequestPayload owned = payload;
        using PayloadBuffer buffer = new();
        payload.Write(buffer, batch, Identity.Upto(batch.Count).AsSpan(0, batch.Count));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            buffer.Clear();
            payload.Write(buffer, batch, Identity.Upto(batch.Count).AsSpan(0, batch.Count));
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    public static AnyValue Value(string text) => new() { StringValue = text };

    public static KeyValue Pair(string key, string text) => Pair(key, Value(text));

    public static KeyValue Pair(string key, AnyValue value) => new() { Key = key, Value = value };

    static ClassifiedBatch Batch(BatchBuilder builder) => builder.Build(new ClassifiedBatchPool(new Ledger()));
}
