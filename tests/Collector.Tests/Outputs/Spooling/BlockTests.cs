using Classifier;
using Collector.Outputs;
using Collector.Outputs.Formats;
using Collector.Outputs.Spooling;
using Collector.Pipeline;
using Collector.Tests.Shared;
using Receivers;

namespace Collector.Tests.Outputs.Spooling;

public sealed class BlockTests
{
    readonly ClassifiedBatchPool _pool = new(ledger: null);

    [Fact]
    public void Read_WhatWasWritten_IsTheSameInEveryField()
    {
        ClassifiedBatch batch = Everything().Build(_pool);
        using PayloadBuffer payload = new();
        Assert.Equal(batch.Count, BlockWriter.Write(payload, batch, Identity.Upto(batch.Count).AsSpan(0, batch.Count), 1_764_072_000_123));

        ClassifiedBatch read = (ClassifiedBatch)_pool.Rent(payload.Length);
        Assert.True(BlockReader.TryRead(payload.Span, batch.Count, read, out long entered));
        Assert.Equal(1_764_072_000_123, entered);
        AssertSame(batch, read);
    }

    [Fact]
    public void Read_OtlpRecords_AreTheSameInEveryField()
    {
        ClassifiedBatch batch = new BatchBuilder { Receiver = "otlp", Transport = "grpc", Format = RecordFormat.Otlp }
            .Add("a body", original: [10, 2, 8, 1, 42], resource: [1, 2, 3], scope: [4, 5])
            .Add("another", original: [9, 9], resource: [1, 2, 3], scope: [4, 6])
            .Build(_pool);
        using PayloadBuffer payload = new();
        BlockWriter.Write(payload, batch, [0, 1], 0);
        ClassifiedBatch read = (ClassifiedBatch)_pool.Rent(payload.Length);
        Assert.True(BlockReader.TryRead(payload.Span, 2, read, out _));
        AssertSame(batch, read);
    }

    [Fact]
    public void Read_EveryProperPrefix_IsRefused()
    {
        ClassifiedBatch batch = Everything().Build(_pool);
        using PayloadBuffer payload = new();
        BlockWriter.Write(payload, batch, Identity.Upto(batch.Count).AsSpan(0, batch.Count), 1);
        for (int length = 0; length < payload.Length; length++)
        {
            ClassifiedBatch read = (ClassifiedBatch)_pool.Rent(payload.Length);
            Assert.False(BlockReader.TryRead(payload.Span[..length], batch.Count, read, out _), $"{length} bytes");
            read.Release();
        }
    }

    /// <summary>The checksum keeps such bytes away; the reader must not rely on it.</summary>
    [Fact]
    public void Read_ChangedBytes_AreRefusedOrReadWithinTheirBounds()
    {
        int seed = Environment.TickCount;
        Random random = new(seed);
        ClassifiedBatch batch = Everything().Build(_pool);
        using PayloadBuffer payload = new();
        BlockWriter.Write(payload, batch, Identity.Upto(batch.Count).AsSpan(0, batch.Count), 1);
        for (int round = 0; round < 20_000; round++)
        {
            byte[] changed = payload.Span.ToArray();
            for (int i = random.Next(1, 4); i > 0; i--)
            {
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
            }

            ClassifiedBatch read = (ClassifiedBatch)_pool.Rent(changed.Length);
            if (BlockReader.TryRead(changed, batch.Count, read, out _))
            {
                for (int i = 0; i < read.Count; i++)
                {
                    LogRecord record = read.Records[i];
                    Slice[] fields = [record.Original, record.Body, record.Hostname, record.AppName, record.ProcId, record.MsgId, record.StructuredData, record.HeaderWord];
                    Assert.True(fields.All(f => f.Offset >= 0 && f.Length >= 0 && f.End <= read.BytesUsed), $"seed {seed}, round {round}");
                    _ = read.Verdicts[i].Severity.Name() + read.Verdicts[i].Category.Name() + read.Verdicts[i].Source.Name();
                    _ = read.Sources[record.Source].Peer.ToString();
                }
            }

            read.Release();
        }
    }

    [Fact]
    public void Write_MoreThanABlock_EndsAtItsSizeAndGoesOn()
    {
        BatchBuilder builder = new() { BufferBytes = 4 * RecordBatchPool.LargeBytes };
        string body = new('x', 1000);
        for (int i = 0; i < 900; i++)
        {
            builder.Add(body);
        }

        ClassifiedBatch batch = builder.Build(_pool);
        ReadOnlySpan<int> left = Identity.Upto(900).AsSpan(0, 900);
        int blocks = 0;
        while (!left.IsEmpty)
        {
            using PayloadBuffer payload = new();
            int written = BlockWriter.Write(payload, batch, left, 0);
            Assert.InRange(payload.Length, 1, RecordBatchPool.LargeBytes);
            left = left[written..];
            blocks++;
        }

        Assert.InRange(blocks, 4, 8);
    }

    static BatchBuilder Everything() => new BatchBuilder()
        .Add("plain")
        .Add(
            "with all", "web1", "sshd", "812", "ID47", "[a@1 b=\"c\"]", peer: PeerAddress.V4([10, 0, 0, 7], 49152),
            set: static (ref LogRecord r) =>
            {
                (r.TimestampUnixNano, r.ObservedUnixNano, r.Marks, r.SeverityNumber, r.Facility) = (-5, long.MaxValue, ParseMarks.Truncated | ParseMarks.InvalidTraceId, 17, 23);
                (r.HeaderWordOffset, r.HeaderWordLength) = (4, 3);
            },
            verdict: new Verdict
            {
                TemplateId = 0x9f1c_53aa_0b1d_4e22,
                Confidence = 0.97f,
                CriticalProbability = 0.5f,
                Severity = Severity.Critical,
                Category = Category.Security,
                Source = VerdictSource.Rule,
                IsMuted = true,
            })
        .Add(
            "outside its original", "web2", peer: PeerAddress.V6([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], 1), original: [0, 255, 10, 13],
            verdict: new Verdict { Severity = Severity.Debug, Category = Category.Application, Source = VerdictSource.Model })
        .Add("", rawBody: [0xC3, 0x28, 0], set: static (ref LogRecord r) => r.Facility = -1);

    static void AssertSame(ClassifiedBatch expected, ClassifiedBatch read)
    {
        Assert.Equal((expected.Format, expected.Receiver, expected.Transport, expected.Model), (read.Format, read.Receiver, read.Transport, read.Model));
        Assert.Equal(expected.Count, read.Count);
        for (int i = 0; i < expected.Count; i++)
        {
            LogRecord a = expected.Records[i];
            LogRecord b = read.Records[i];
            Assert.Equal(
                (a.TimestampUnixNano, a.ObservedUnixNano, a.Marks, a.SeverityNumber, a.Facility, a.HeaderWordOffset, a.HeaderWordLength),
                (b.TimestampUnixNano, b.ObservedUnixNano, b.Marks, b.SeverityNumber, b.Facility, b.HeaderWordOffset, b.HeaderWordLength));
            AssertBytes(expected, read, (a.Original, b.Original), (a.Body, b.Body), (a.Hostname, b.Hostname), (a.AppName, b.AppName),
                (a.ProcId, b.ProcId), (a.MsgId, b.MsgId), (a.StructuredData, b.StructuredData), (a.HeaderWord, b.HeaderWord));
            RecordSource from = expected.Sources[a.Source];
            RecordSource to = read.Sources[b.Source];
            Assert.Equal(from.Peer, to.Peer);
            AssertBytes(expected, read, (from.Resource, to.Resource), (from.ResourceSchemaUrl, to.ResourceSchemaUrl), (from.Scope, to.Scope), (from.ScopeSchemaUrl, to.ScopeSchemaUrl));
            Assert.Equal(expected.Verdicts[i], read.Verdicts[i]);
        }
    }

    static void AssertBytes(ClassifiedBatch expected, ClassifiedBatch read, params (Slice Expected, Slice Read)[] fields)
    {
        foreach ((Slice from, Slice to) in fields)
        {
            Assert.Equal(expected[from], read[to]);
        }
    }
}
