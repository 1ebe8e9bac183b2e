using Collector.Outputs;
using Collector.Outputs.DeadLetters;
using Collector.Outputs.Stdout;

namespace Collector.Configuration;

/// <summary>The whole configuration, checked: what runs, and with which settings. Never changed; a reload makes a new one.</summary>
sealed record CollectorOptions
{
    static readonly string[] LogLevelNames = ["debug", "info", "warning", "error"];

    static readonly LogLevel[] LogLevels = [LogLevel.Debug, LogLevel.Information, LogLevel.Warning, LogLevel.Error];

    public required IReadOnlyList<ReceiverPlan> Receivers { get; init; }

    public required ClassifierSettings Classifier { get; init; }

    /// <summary>In the order of the file; the first that matches counts.</summary>
    public required IReadOnlyList<RuleOptions> Rules { get; init; }

    public required IReadOnlyList<OutputSetup> Outputs { get; init; }

    /// <summary>Null: what outputs are refused for good is not kept.</summary>
    public required DeadLetterOptions? DeadLetters { get; init; }

    public required HttpOptions Http { get; init; }

    public required StatusOptions Status { get; init; }

    public required PipelineOptions Pipeline { get; init; }

    public required LogLevel LogLevel { get; init; }

    /// <summary>From SIGTERM to the last chance of outputs.</summary>
    public required TimeSpan ShutdownGrace { get; init; }

    /// <summary>Reads everything in one pass, in the order in which data flows.</summary>
    /// <param name="root">The root of the file, or of nothing for the defaults.</param>
    /// <param name="everyKind">Reads the settings of every kind of receiver and output, for the reference.</param>
    public static CollectorOptions Read(YamlOptionsReader root, bool everyKind = false)
    {
        List<ReceiverPlan> receivers = ReadReceivers(root, everyKind);
        ClassifierSettings classifier = ClassifierSettings.Read(root.Section("classifier", "What decides on the meaning of a record."));
        List<RuleOptions> rules =
            [.. root.Sections("rules", "Your own word on records that you know better than the model. The first rule that matches counts.").Select(RuleOptions.Read)];
        return new CollectorOptions
        {
            Receivers = receivers,
            Classifier = classifier,
            Rules = rules,
            Pipeline = PipelineOptions.Read(root.Section("pipeline", "How much may be under way between receivers and outputs.")),
            Outputs = ReadOutputs(root, everyKind, rules),
            DeadLetters = DeadLetterOptions.Read(
                root.Section(DeadLetterOptions.Section, "Records that an output refused for good or gave up: kept in a file, a JSON line each with the output, the reason and the time."),
                classifier.Options.StateFolder),
            Http = HttpOptions.Read(root.Section("http", "Metrics and health.")),
            Status = StatusOptions.Read(root.Section("status", "Status page and API.")),
            LogLevel = LogLevels[root.Section("log", "The collector's own messages, on standard error.").Choice("level", 1, LogLevelNames, "Least level to write.")],
            ShutdownGrace = root.Duration("shutdown_grace", TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), "Time to hand on what was received after SIGTERM or SIGINT; what is left then is dropped and counted."),
        };
    }

    static List<ReceiverPlan> ReadReceivers(YamlOptionsReader root, bool everyKind)
    {
        const string Key = "receivers";
        bool isWritten = root.Has(Key);
        YamlOptionsReader section = root.SectionOf(Key, "What comes in. Without this section the default ones run; with it, exactly those that it names.");
        section.Know(ReceiverTable.Kinds.Select(k => k.Name));
        List<ReceiverPlan> plans = [];
        foreach (ReceiverKind kind in ReceiverTable.Kinds)
        {
            if (everyKind || !isWritten || section.Keys.Contains(kind.Name))
            {
                plans.Add(new ReceiverPlan(kind.Name, kind.Read(section.Section(kind.Name, kind.About))));
            }
        }

        if (plans.Count == 0 && !section.IsBroken && !section.Keys.Any())
        {
            root.Mistake(Key, "no receiver is left, so nothing can come in; name one, or leave the key out");
        }

        return plans;
    }

    static List<OutputSetup> ReadOutputs(YamlOptionsReader root, bool everyKind, IReadOnlyList<RuleOptions> rules)
    {
        const string Key = "outputs";
        // Without a word from the user, the critical records appear on standard output.
        string[] defaults = [StdoutOutput.Kind.Name];
        bool isWritten = root.Has(Key);
        YamlOptionsReader section = root.SectionOf(
            Key, "Where records go. Without this section critical records appear on standard output; with it, exactly those outputs run that it names.");
        IEnumerable<string> names = everyKind ? OutputRegistry.Kinds.Select(k => k.Name) : isWritten ? section.Keys : defaults;
        string About(string name) => OutputRegistry.Kinds.FirstOrDefault(k => k.Name == name)?.About ?? "An output under a name of your own.";
        return [.. names.Select(name => OutputRegistry.Read(name, section.Section(name, About(name)), rules))];
    }
}
