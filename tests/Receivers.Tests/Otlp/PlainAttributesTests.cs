using Google.Protobuf;
using OpenTelemetry.Proto.Common.V1;
using Receivers.Otlp.Wire;
using ProtoRecord = OpenTelemetry.Proto.Logs.V1.LogRecord;

namespace Receivers.Tests.Otlp;

public sealed class PlainAttributesTests
{
    const int WindowBytes = 64;

    public static TheoryData<AnyValue, bool> Values => new()
    {
        { OtlpSamples.Text(""), true },
        { OtlpSamples.Text("orders"), true },
        { OtlpSamples.Text(new string('x', 55)), true }, // 63 bytes with lengths, key and inner tags.
        { OtlpSamples.Text(new string('x', 56)), false },
        { OtlpSamples.Text(new string('x', 300)), false },
        { OtlpSamples.Text("é"), false },
        { new AnyValue { IntValue = 0 }, true },
        { new AnyValue { IntValue = 200 }, true },
        { new AnyValue { IntValue = long.MaxValue }, true },
        { new AnyValue { IntValue = -1 }, true },
        { new AnyValue { BoolValue = true }, true },
        { new AnyValue { DoubleValue = 0.5 }, false },
        { new AnyValue { BytesValue = ByteString.CopyFromUtf8("b") }, false },
        { OtlpSamples.Map(OtlpSamples.Pair("k", OtlpSamples.Text("v"))), false },
        { new AnyValue(), false },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void Skip_OneBetweenOthers_StepsOverWhatIsPlain(AnyValue value, bool isPlain)
    {
        KeyValue other = OtlpSamples.Pair("first", OtlpSamples.Text("1"));
        byte[] run = Run(other, OtlpSamples.Pair("k", value), other);
        int expected = isPlain ? run.Length : Run(other).Length;
        Assert.Equal(expected, PlainAttributes.Skip([.. run, .. new byte[WindowBytes]], 1, run.Length));
    }

    [Fact]
    public void Skip_AnotherFieldBehind_StopsInFrontOfIt()
    {
        byte[] run = Run(OtlpSamples.Pair("a", OtlpSamples.Text("1")), OtlpSamples.Pair("b", OtlpSamples.Text("2")));
        Assert.Equal(run.Length, PlainAttributes.Skip([.. run, .. new ProtoRecord { TimeUnixNano = 1 }.ToByteArray(), .. new byte[WindowBytes]], 1, run.Length + 9));
    }

    [Fact]
    public void Skip_MessageOrBufferEndsEarlier_NeverStepsBeyondIt()
    {
        byte[] run = Run(OtlpSamples.Pair("a", OtlpSamples.Text("1")));
        byte[] buffer = [.. run, .. new byte[WindowBytes]];
        for (int end = 1; end < run.Length; end++)
        {
            Assert.Equal(1, PlainAttributes.Skip(buffer, 1, end));
        }

        for (int length = run.Length; length <= buffer.Length; length++)
        {
            Assert.Equal(length > WindowBytes ? run.Length : 1, PlainAttributes.Skip(buffer.AsSpan(0, length), 1, run.Length));
        }
    }

    [Fact]
    public void Skip_BrokenAttributes_StepsOverNothingThatTheRuleRefusesOrMarks()
    {
        Random random = new(20_261_126);
        byte[] run = Run([.. OtlpSamples.Typical(1).ResourceLogs[0].ScopeLogs[0].LogRecords[0].Attributes, OtlpSamples.Pair("minus", new AnyValue { IntValue = -7 })]);
        int stepped = 0;
        for (int round = 0; round < 200_000; round++)
        {
            byte[] buffer = [.. run, .. new byte[WindowBytes]];
            for (int changes = random.Next(1, 4); changes > 0; changes--)
            {
                buffer[random.Next(run.Length)] = (byte)random.Next(random.Next(2) == 0 ? 64 : 256);
            }

            int behind = PlainAttributes.Skip(buffer, 1, run.Length);
            if (behind == 1)
            {
                continue;
            }

            WireReader reader = new(buffer.AsSpan(0, behind)) { Position = 1 };
            ParseMarks marks = ParseMarks.None;
            do
            {
                Assert.Equal(OtlpFault.None, WireCheck.KeyValue(reader.ReadBytes(), 1, ref marks));
                stepped++;
            }
            while (reader.TryReadTag(out uint tag) && tag == Tags.Record.Attributes);
            Assert.Equal((behind, OtlpFault.None, ParseMarks.None), (reader.Position, reader.Fault, marks));
        }

        Assert.InRange(stepped, 200_000, int.MaxValue);
    }

    /// <summary>A record of attributes only; the first tag is its first byte.</summary>
    static byte[] Run(params KeyValue[] attributes) => new ProtoRecord { Attributes = { attributes } }.ToByteArray();
}
