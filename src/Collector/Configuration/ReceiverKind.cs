using Receivers;

namespace Collector.Configuration;

/// <summary>One kind of receiver.</summary>
/// <param name="Name">Its section below <c>receivers</c>, and its name in metrics and records.</param>
/// <param name="About">One sentence for the reference.</param>
/// <param name="Read">Reads its settings and binds nothing. What it returns makes the receiver, once and later.</param>
sealed record ReceiverKind(string Name, string About, Func<OptionsReader, Func<PartServices, IReceiver>> Read)
{
    public static ReceiverKind Of<TOptions>(
        string name, string about, Func<OptionsReader, TOptions> read, Func<TOptions, PartServices, IReceiver> create) =>
        new(name, about, reader =>
        {
            TOptions options = read(reader);
            return services => create(options, services);
        });
}

/// <summary>A receiver that the configuration asks for.</summary>
/// <param name="Name">As in <see cref="ReceiverKind"/>.</param>
/// <param name="Create">Makes it; it binds when it is started.</param>
sealed record ReceiverPlan(string Name, Func<PartServices, IReceiver> Create);

/// <summary>What the appliance gives to its parts.</summary>
sealed record PartServices(ILoggerFactory Logs, TimeProvider Time);
