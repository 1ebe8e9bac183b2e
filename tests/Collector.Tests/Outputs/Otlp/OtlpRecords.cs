using System.Text;
using Google.Protobuf;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Logs.V1;
using OpenTelemetry.Proto.Resource.V1;
using ProtoRecord = OpenTelemetry.Proto.Logs.V1.LogRecord;

namespace Collector.Tests.Outputs.Otlp;

/// <summary>OTLP messages to send on, chosen by a seeded generator or by hand.</summary>
sealed class OtlpRecords(int seed)
{
    readonly Random _random = new(seed);

    public ProtoRecord Record()
    {
        ProtoRecord record = new()
        {
            TimeUnixNano = Maybe() ? (ulong)_random.NextInt64() : 0,
            ObservedTimeUnixNano = Maybe() ? (ulong)_random.NextInt64() : 0,
            SeverityNumber = (SeverityNumber)_random.Next(25),
            SeverityText = Text(),
            Body = Maybe() ? Value(0) : null,
            DroppedAttributesCount = (uint)_random.Next(3),
            Flags = (uint)_random.Next(),
            TraceId = Maybe() ? Bytes(16) : ByteString.Empty,
            SpanId = Maybe() ? Bytes(8) : ByteString.Empty,
            EventName = Text(),
        };
        record.Attributes.Add(Pairs(0));
        return record;
    }

    public Resource Resource()
    {
        Resource resource = new() { DroppedAttributesCount = (uint)_random.Next(2) };
        resource.Attributes.Add(Pairs(0));
        if (Maybe())
        {
            resource.EntityRefs.Add(new EntityRef { Type = "service", IdKeys = { "service.name" } });
        }

        return resource;
    }

    public InstrumentationScope Scope()
    {
        InstrumentationScope scope = new() { Name = Text(), Version = Text() };
        scope.Attributes.Add(Pairs(0));
        return scope;
    }

    public bool Maybe() => _random.Next(3) > 0;

    public int Next(int below) => _random.Next(below);

    public string Text()
    {
        StringBuilder text = new();
        for (int i = _random.Next(4) == 0 ? _random.Next(300) : _random.Next(12); i > 0; i--)
        {
            text.Append((Rune)(_random.Next(5) == 0 ? _random.Next(0xE000, 0x11_0000) : _random.Next(0x80)));
        }

        return text.ToString();
    }

    ByteString Bytes(int length)
    {
        byte[] bytes = new byte[length];
        _random.NextBytes(bytes);
        return ByteString.CopyFrom(bytes);
    }

    IEnumerable<KeyValue> Pairs(int depth) =>
        [.. Enumerable.Range(0, _random.Next(5)).Select(i => new KeyValue { Key = "k" + i + Text(), Value = Maybe() ? Value(depth + 1) : null })];

    AnyValue Value(int depth) => _random.Next(depth > 4 ? 5 : 7) switch
    {
        0 => new AnyValue { StringValue = Text() },
        1 => new AnyValue { BoolValue = Maybe() },
        2 => new AnyValue { IntValue = _random.NextInt64(long.MinValue, long.MaxValue) },
        3 => new AnyValue { DoubleValue = _random.NextDouble() },
        4 => new AnyValue { BytesValue = Bytes(_random.Next(20)) },
        5 => new AnyValue { ArrayValue = new ArrayValue { Values = { Enumerable.Range(0, _random.Next(4)).Select(_ => Value(depth + 1)) } } },
        _ => new AnyValue { KvlistValue = new KeyValueList { Values = { Pairs(depth + 1) } } },
    };
}
