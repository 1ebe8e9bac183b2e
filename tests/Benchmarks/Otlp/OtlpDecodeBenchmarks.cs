using System.Buffers;
using BenchmarkDotNet.Attributes;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Logs.V1;
using Receivers;
using Receivers.Otlp;
using Receivers.Otlp.Json;
using Receivers.Tests.Otlp;

namespace Benchmarks.Otlp;

/// <summary>A request as SDKs send it, 512 records of 190 bytes and six attributes, decoded into batches; beside it the generated classes. Numbers are for a record.</summary>
[MemoryDiagnoser]
public class OtlpDecodeBenchmarks
{
    const int Records = 512;

    readonly RecordBatchPool _pool = new();
    byte[] _protobuf = [];
    byte[] _json = [];
    byte[] _scratch = [];
    ReadOnlySequence<byte> _pieces;

    [GlobalSetup]
    public void Setup()
    {
        ExportLogsServiceRequest request = OtlpSamples.Typical(Records);
        _protobuf = request.ToByteArray();
        _json = OtlpJsonSamples.ToJson(request);
        _scratch = new byte[_json.Length + OtlpJsonTranscoder.SlackBytes];
        // As long as the small blocks that Kestrel reads into.
        _pieces = Pieces(_protobuf, 4096);
    }

    [Benchmark(OperationsPerInvoke = Records)]
    public int Protobuf() => Decode(new ReadOnlySequence<byte>(_protobuf));

    [Benchmark(OperationsPerInvoke = Records)]
    public int ProtobufIn4KiBPieces() => Decode(in _pieces);

    [Benchmark(OperationsPerInvoke = Records)]
    public int Json()
    {
        OtlpJsonTranscoder.Transcode(new ReadOnlySequence<byte>(_json), _scratch, out int length);
        return Decode(new ReadOnlySequence<byte>(_scratch, 0, length));
    }

    [Benchmark(OperationsPerInvoke = Records, Baseline = true)]
    public int GeneratedProtobuf() => ExportLogsServiceRequest.Parser.ParseFrom(_protobuf).ResourceLogs.Count;

    [Benchmark(OperationsPerInvoke = Records)]
    public int GeneratedJson() => JsonParser.Default.Parse<ExportLogsServiceRequest>(System.Text.Encoding.UTF8.GetString(_json)).ResourceLogs.Count;

    static ReadOnlySequence<byte> Pieces(byte[] bytes, int length)
    {
        Piece first = new(bytes.AsMemory(0, length), null);
        Piece last = first;
        for (int at = length; at < bytes.Length; at += length)
        {
            last = new Piece(bytes.AsMemory(at, Math.Min(length, bytes.Length - at)), last);
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    int Decode(in ReadOnlySequence<byte> request)
    {
        OtlpBatches batches = new(_pool, "http", default, lane: null, OtlpSamples.Now, Records);
        new OtlpDecoder(batches).Decode(in request);
        int count = batches.Count;
        batches.Release();
        return count;
    }

    sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, Piece? before)
        {
            Memory = memory;
            if (before is not null)
            {
                RunningIndex = before.RunningIndex + before.Memory.Length;
                before.Next = this;
            }
        }
    }
}
