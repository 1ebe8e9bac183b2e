using Receivers;

namespace Collector.Outputs;

/// <summary>A kind of output: its word in the configuration, what its queue starts from, and how it is made.</summary>
/// <remarks>An output's folder gives one of these, and <see cref="OutputRegistry"/> lists it.</remarks>
abstract class OutputKind(string name, string about, OutputQueueOptions queue)
{
    /// <summary>Word in the configuration: <c>file</c>.</summary>
    public string Name { get; } = name;

    /// <summary>One sentence for a person.</summary>
    public string About { get; } = about;

    public OutputQueueOptions QueueDefaults { get; } = queue;

    /// <summary>True when it tells people: what it makes is an <see cref="Alerts.AlertOutput"/>.</summary>
    public bool IsAlert { get; init; }

    /// <summary>Reads every key of the section; mistakes go to the reader.</summary>
    /// <returns>A record that is equal when nothing was changed.</returns>
    public abstract object ReadOptions(OptionsReader options);

    /// <param name="name">Its own name, which differs from the kind's where there are two of a kind.</param>
    /// <param name="options">What <see cref="ReadOptions"/> returned, without mistakes.</param>
    /// <param name="context">Clock and loggers.</param>
    public abstract IOutput Create(string name, object options, OutputContext context);
}

/// <summary>As <see cref="OutputKind"/>, with the type of its options.</summary>
sealed class OutputKind<TOptions>(
    string name, string about, OutputQueueOptions queue, Func<OptionsReader, TOptions> read, Func<string, TOptions, OutputContext, IOutput> create)
    : OutputKind(name, about, queue)
    where TOptions : notnull
{
    public override object ReadOptions(OptionsReader options) => read(options);

    public override IOutput Create(string name, object options, OutputContext context) => create(name, (TOptions)options, context);
}
