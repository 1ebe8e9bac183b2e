using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Logs.V1;
using Receivers.Otlp.Wire;
using Xunit.Abstractions;

namespace Receivers.Tests.Otlp;

/// <summary>Broken requests: the hand-written reader must take and refuse what the generated parser takes and refuses, and read the same from it.</summary>
public sealed class OtlpDecoderFuzzTests(ITestOutputHelper output)
{
    /// <summary>Some seconds; <c>COLLECTOR_FUZZ_ROUNDS</c> runs more.</summary>
    static int Rounds => int.TryParse(Environment.GetEnvironmentVariable("COLLECTOR_FUZZ_ROUNDS"), out int rounds) ? rounds : 20_000;

    [Fact]
    public void Decode_BrokenRequests_AgreesWithTheGeneratedParser()
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("COLLECTOR_FUZZ_SEED"), out int given) ? given : 20_251_125;
        output.WriteLine($"seed {seed}");
        Random random = new(seed);
        byte[][] seeds =
        [
            OtlpSamples.Request(OtlpSamples.Record(), OtlpSamples.Record("x")).ToByteArray(),
            new ExportLogsServiceRequest { ResourceLogs = { OtlpSamples.Group("a", "b", OtlpSamples.Record("1")), OtlpSamples.Group("c", "d", OtlpSamples.Record("2")) } }.ToByteArray(),
            OtlpSamples.Typical(2).ToByteArray(),
            OtlpSamples.Request(new OpenTelemetry.Proto.Logs.V1.LogRecord { Body = OtlpSamples.Nested(12, isMap: true) }).ToByteArray(),
        ];
        int accepted = 0;
        for (int round = 0; round < Rounds; round++)
        {
            byte[] bytes = Mutate(random, seeds[random.Next(seeds.Length)]);
            int cut = random.Next(bytes.Length + 1);
            Decoding decoding = Decoding.Of(Decoding.Pieces(bytes, cut));
            if (decoding.Fault == OtlpFault.TooDeep)
            {
                continue;
            }

            bool isTaken = decoding.Fault == OtlpFault.None;
            bool isReference = OtlpReference.TryParse(bytes, out ExportLogsServiceRequest? request, out bool isTextOnly);
            // The reference stops at the first text that is not UTF-8; what it would say of the rest is unknown.
            if (!isTextOnly)
            {
                Assert.True(isTaken == isReference, $"seed {seed} round {round}: {decoding.Fault}, reference {isReference}: {Convert.ToHexString(bytes)}");
            }

            if (isTaken && isReference)
            {
                accepted++;
                Assert.True(OtlpReference.Dump(request!) == OtlpReference.Dump(decoding), $"seed {seed} round {round}: {Convert.ToHexString(bytes)}");
            }
        }

        output.WriteLine($"{accepted} of {Rounds} accepted");
        Assert.InRange(accepted, Rounds / 50, Rounds);
    }

    static byte[] Mutate(Random random, byte[] seed)
    {
        List<byte> bytes = [.. seed];
        for (int changes = random.Next(1, 4); changes > 0 && bytes.Count > 0; changes--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(7))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 9), bytes.Count - at));
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 30), bytes.Count - at)));
                    break;
                case 4:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
                case 5:
                    bytes[at] = random.Next(3) switch { 0 => 0, 1 => 0xFF, _ => 0x80 };
                    break;
                default:
                    // A small number is a likely tag or length.
                    bytes[at] = (byte)random.Next(0, 100);
                    break;
            }
        }

        return [.. bytes];
    }
}
