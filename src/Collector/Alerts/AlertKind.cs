using Classifier;
using Collector.Outputs;
using Receivers;

namespace Collector.Alerts;

/// <summary>Makes a kind of output of a kind of alert channel.</summary>
static class AlertKind
{
    // Full means that the grouper is slower than the records come; what it misses would have been a repeat.
    static readonly OutputQueueOptions Queue = new() { When = OutputFilter.AtLeast(Severity.Critical), QueueBytesMax = 8L << 20 };

    /// <param name="name">Word in the configuration.</param>
    /// <param name="about">One sentence for a person.</param>
    /// <param name="read">Reads the channel's own keys.</param>
    /// <param name="create">Makes the channel from its name and from them.</param>
    public static OutputKind Of<TOptions>(
        string name, string about, Func<OptionsReader, TOptions> read, Func<string, TOptions, AlertOptions, OutputContext, IAlertChannel> create) =>
        new OutputKind<(TOptions Own, AlertOptions Alerts)>(
            name,
            about,
            Queue,
            options => (read(options), AlertOptions.Read(options)),
            (outputName, options, context) => new AlertOutput(outputName, options.Alerts, create(outputName, options.Own, options.Alerts, context), context))
        {
            IsAlert = true,
        };
}
