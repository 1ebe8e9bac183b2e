using System.IO.Hashing;
using Collector.Outputs.Formats;
using Collector.Pipeline;
using Receivers;

namespace Collector.Outputs.Otlp;

/// <summary>The resource and scope that records of a request share, each encoded once. Used by one task; allocates nothing in steady state.</summary>
/// <remarks>For OTLP what the sender said; for syslog host and app, the host being the peer's address when the record names none.</remarks>
sealed class OtlpGroups : IDisposable
{
    // Nobody outside can find two groups that collide.
    readonly long _seed = Random.Shared.NextInt64();
    readonly PayloadBuffer _heads = new();
    readonly Dictionary<UInt128, int> _byKey = [];
    (int Start, int ResourceBytes, int ScopeBytes)[] _entries = new (int, int, int)[64];
    int _count;
    int _lastSource;
    int _lastGroup;

    public void Clear()
    {
        _byKey.Clear();
        _heads.Clear();
        _count = 0;
        _lastSource = -1;
    }

    /// <returns>Number of the record's group, counted from 0; <paramref name="isNew"/> when it is the first of it.</returns>
    public int Find(ClassifiedBatch batch, in LogRecord record, out bool isNew)
    {
        isNew = false;
        bool isOtlp = batch.Format == RecordFormat.Otlp;
        if (isOtlp && record.Source == _lastSource)
        {
            return _lastGroup;
        }

        ref readonly RecordSource source = ref batch.Sources[record.Source];
        Span<byte> address = stackalloc byte[64];
        scoped ReadOnlySpan<byte> host = batch[record.Hostname];
        if (!isOtlp && host.IsEmpty)
        {
            host = address[..source.Peer.Write(address, withPort: false)];
        }

        UInt128 key = isOtlp
            ? Key(Key(batch[source.Resource], batch[source.ResourceSchemaUrl]), Key(batch[source.Scope], batch[source.ScopeSchemaUrl]))
            : Key(host, batch[record.AppName]);
        if (!_byKey.TryGetValue(key, out int group))
        {
            isNew = true;
            group = Add(key);
            bool mustMend = (record.Marks & ParseMarks.InvalidUtf8) != 0;
            int start = _heads.Length;
            if (isOtlp)
            {
                WriteHead(batch[source.Resource], OtlpRepair.Kind.Resource, batch[source.ResourceSchemaUrl], mustMend);
            }
            else
            {
                WriteHost(host, batch[record.AppName]);
            }

            int middle = _heads.Length;
            if (isOtlp)
            {
                WriteHead(batch[source.Scope], OtlpRepair.Kind.Scope, batch[source.ScopeSchemaUrl], mustMend);
            }

            _entries[group] = (start, middle - start, _heads.Length - middle);
        }

        (_lastSource, _lastGroup) = (record.Source, group);
        return group;
    }

    /// <summary>Fields of <c>ResourceLogs</c> but for the scopes.</summary>
    public ReadOnlySpan<byte> Resource(int group) => _heads.Span.Slice(_entries[group].Start, _entries[group].ResourceBytes);

    /// <summary>Fields of <c>ScopeLogs</c> but for the records.</summary>
    public ReadOnlySpan<byte> Scope(int group) => _heads.Span.Slice(_entries[group].Start + _entries[group].ResourceBytes, _entries[group].ScopeBytes);

    public void Dispose() => _heads.Dispose();

    int Add(UInt128 key)
    {
        if (_count == _entries.Length)
        {
            Array.Resize(ref _entries, _count * 2);
        }

        _byKey.Add(key, _count);
        return _count++;
    }

    UInt128 Key(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) =>
        new(XxHash3.HashToUInt64(first, _seed), XxHash3.HashToUInt64(second, _seed));

    static UInt128 Key(UInt128 first, UInt128 second) => new(Mix(first), Mix(second));

    static ulong Mix(UInt128 key) => (ulong)(key >> 64) ^ System.Numerics.BitOperations.RotateLeft((ulong)key * 0x9E3779B97F4A7C15, 31);

    void WriteHead(ReadOnlySpan<byte> message, OtlpRepair.Kind kind, ReadOnlySpan<byte> schemaUrl, bool mustMend)
    {
        // Field 1 of both: the resource, the scope.
        if (!mustMend)
        {
            if (!message.IsEmpty)
            {
                _heads.WriteField(OtlpTags.Resource, message);
            }
        }
        else
        {
            int mark = _heads.BeginField(OtlpTags.Resource);
            OtlpRepair.Write(_heads, message, kind);
            _heads.EndField(mark);
        }

        if (!schemaUrl.IsEmpty)
        {
            _heads.WriteTextField(OtlpTags.SchemaUrl, schemaUrl);
        }
    }

    void WriteHost(ReadOnlySpan<byte> host, ReadOnlySpan<byte> app)
    {
        int resource = _heads.BeginField(OtlpTags.Resource);
        if (!host.IsEmpty)
        {
            OtlpKeys.HostName.WriteText(_heads, OtlpTags.ResourceAttributes, host);
        }

        if (!app.IsEmpty)
        {
            OtlpKeys.ServiceName.WriteText(_heads, OtlpTags.ResourceAttributes, app);
        }

        _heads.EndField(resource);
    }
}
