using System.Text;
using Classifier;
using Collector.Pipeline;
using Receivers;

namespace Collector.Tests.Shared;

/// <summary>Builds a classified batch record by record, with texts that lie in its buffer as a receiver would leave them.</summary>
sealed class BatchBuilder
{
    public const long Noon = 1_764_072_000_123_456_789; // 2025-11-25T12:00:00.123456789Z

    readonly List<Action<ClassifiedBatch>> _adders = [];
    readonly List<Verdict> _verdicts = [];

    public delegate void FieldSetter(ref LogRecord record);

    public string Receiver { get; init; } = "syslog";

    public string Transport { get; init; } = "tcp";

    public RecordFormat Format { get; init; }

    public int BufferBytes { get; init; } = RecordBatchPool.SmallBytes;

    public BatchBuilder Add(
        string body = "User logged in successfully.",
        string host = "",
        string app = "",
        string procId = "",
        string msgId = "",
        string structuredData = "",
        Severity severity = Severity.Info,
        Category category = Category.Routine,
        PeerAddress peer = default,
        byte[]? rawBody = null,
        FieldSetter? set = null,
        Verdict? verdict = null,
        byte[]? original = null,
        byte[]? resource = null,
        byte[]? scope = null)
    {
        _adders.Add(batch =>
        {
            int start = batch.BytesUsed;
            Slice hostname = Put(batch, Encoding.UTF8.GetBytes(host));
            Slice appName = Put(batch, Encoding.UTF8.GetBytes(app));
            Slice procSlice = Put(batch, Encoding.UTF8.GetBytes(procId));
            Slice msgSlice = Put(batch, Encoding.UTF8.GetBytes(msgId));
            Slice data = Put(batch, Encoding.UTF8.GetBytes(structuredData));
            Slice bodySlice = Put(batch, rawBody ?? Encoding.UTF8.GetBytes(body));
            Slice whole = original is null ? new Slice(start, batch.BytesUsed - start) : Put(batch, original);
            int source = batch.AddSource(new RecordSource(peer, Resource: Put(batch, resource ?? []), Scope: Put(batch, scope ?? [])));
            ref LogRecord record = ref batch.Add();
            record.TimestampUnixNano = Noon;
            record.ObservedUnixNano = Noon + 1_000_000;
            record.Original = whole;
            (record.Hostname, record.AppName, record.ProcId, record.MsgId) = (hostname, appName, procSlice, msgSlice);
            (record.StructuredData, record.Body, record.Source) = (data, bodySlice, source);
            set?.Invoke(ref record);
        });
        _verdicts.Add(verdict ?? new Verdict { Severity = severity, Category = category, Source = VerdictSource.Fallback });
        return this;
    }

    public ClassifiedBatch Build(RecordBatchPool pool)
    {
        ClassifiedBatch batch = (ClassifiedBatch)pool.Rent(BufferBytes);
        (batch.Receiver, batch.Transport, batch.Format, batch.Model) = (Receiver, Transport, Format, "severity-1");
        foreach (Action<ClassifiedBatch> add in _adders)
        {
            add(batch);
        }

        batch.PrepareVerdicts();
        _verdicts.ToArray().CopyTo(batch.Verdicts);
        return batch;
    }

    static Slice Put(ClassifiedBatch batch, byte[] text)
    {
        text.CopyTo(batch.Buffer, batch.BytesUsed);
        Slice slice = text.Length == 0 ? default : new Slice(batch.BytesUsed, text.Length);
        batch.BytesUsed += text.Length;
        return slice;
    }
}
