using System.Text;
using Classifier;
using Collector.Commands.Lines;
using Collector.Outputs.Formats;
using Receivers;

namespace Collector.Commands.Classifying;

/// <summary>Classifies the lines of a batch. Safe on any thread for different batches.</summary>
sealed class ChunkClassifier(LineParser parser, VerdictMaker verdicts, bool withJson)
{
    /// <summary>Bytes of an example in the summary: two lines of a terminal.</summary>
    const int ExampleBytesMax = 300;

    /// <param name="batch">Lines from <see cref="LineChunks"/>; released by this call.</param>
    /// <param name="cancellationToken">Ends early: what is left of the batch is not classified.</param>
    public ChunkResult Classify(RecordBatch batch, CancellationToken cancellationToken)
    {
        try
        {
            parser.ParseAll(batch);
            ChunkResult result = new() { Json = withJson ? new PayloadBuffer(batch.BytesUsed * 2) : null };
            foreach (ref LogRecord record in batch.Records)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Verdict verdict = verdicts.Judge(batch, record);
                Count(result, batch, record, verdict);
                if (result.Json is { } json)
                {
                    VerdictJson.WriteOpening(json, parser.AppOf(batch, record), batch[record.Body], verdict);
                    json.Write("}\n"u8);
                }
            }

            return result;
        }
        finally
        {
            batch.Release();
        }
    }

    void Count(ChunkResult result, RecordBatch batch, in LogRecord record, in Verdict verdict)
    {
        result.Severities[(int)verdict.Severity]++;
        result.Categories[(int)verdict.Category]++;
        result.Sources[(int)verdict.Source]++;
        if (verdict.Severity == Severity.Critical)
        {
            ReadOnlySpan<byte> body = batch[record.Body];
            result.Criticals.Add(new CriticalRecord(
                verdict, Encoding.UTF8.GetString(parser.AppOf(batch, record)), Encoding.UTF8.GetString(body[..Math.Min(body.Length, ExampleBytesMax)])));
        }
    }
}
