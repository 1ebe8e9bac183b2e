using System.IO.Compression;
using Collector.Alerts;
using Collector.Configuration;
using Collector.Outputs;
using Collector.Pipeline;
using Collector.Tests.Configuration;
using Collector.Tests.Shared;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Collector.Tests.Outputs.Requests;

/// <summary>Outputs made of configuration text, and one send through them.</summary>
static class Sending
{
    public static async Task<IOutput> OpenAsync(string kind, string settings, TimeProvider? time = null, ILoggerFactory? loggers = null, AlertEvidence? evidence = null)
    {
        LoadedConfiguration configuration = Configured.From($"outputs: {{ {kind}: {{ {settings} }} }}\n");
        Assert.True(configuration.IsGood, configuration.RenderMistakes());
        OutputSetup setup = configuration.Options.Outputs[0];
        IOutput output = setup.Kind.Create(setup.Name, setup.Options, new OutputContext(time ?? TimeProvider.System, loggers ?? NullLoggerFactory.Instance) { Evidence = evidence });
        await output.StartAsync(default);
        return output;
    }

    public static ValueTask<SendOutcome> SendAsync(this IOutput output, BatchBuilder builder, CancellationToken cancellationToken = default) =>
        output.SendAsync(builder.Build(new ClassifiedBatchPool(new Ledger())), cancellationToken);

    public static ValueTask<SendOutcome> SendAsync(this IOutput output, ClassifiedBatch batch, CancellationToken cancellationToken = default) =>
        output.SendAsync(batch, Identity.Upto(batch.Count).AsMemory(0, batch.Count), cancellationToken);

    public static byte[] Inflate(byte[] body)
    {
        using GZipStream gzip = new(new MemoryStream(body), CompressionMode.Decompress);
        using MemoryStream plain = new();
        gzip.CopyTo(plain);
        return plain.ToArray();
    }
}
