using Classifier;
using Collector.Configuration;
using Collector.Outputs;
using Collector.Outputs.DeadLetters;
using Receivers;
using RunningOutput = Collector.RunningPart<Collector.Outputs.OutputSetup, Collector.Outputs.OutputQueue>;
using RunningReceiver = Collector.RunningPart<Collector.Configuration.ReceiverPlan, Receivers.IReceiver>;

namespace Collector;

sealed partial class Appliance
{
    // Read once; what they say counts from the next start on.
    static readonly string[] FixedSections = ["pipeline", DeadLetterOptions.Section, "http", "status"];

    /// <summary>Takes another configuration over: what did not change goes on untouched, what cannot be started stays as it was.</summary>
    /// <param name="next">Read anew. With a mistake in it nothing changes.</param>
    /// <param name="cancellationToken">Ends waiting for starts.</param>
    /// <returns>What is not as the file says, a line each; empty when all is.</returns>
    /// <remarks>
    /// One caller at a time, between start and stop. A part that is replaced works off what it holds, within the grace period; the new one's
    /// queue takes what comes meanwhile.
    /// </remarks>
    public async Task<IReadOnlyList<string>> ReloadAsync(LoadedConfiguration next, CancellationToken cancellationToken)
    {
        List<string> problems = [];
        if (next.IsGood)
        {
            await TakeOverAsync(next, problems, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            problems.AddRange(next.RenderMistakes("nothing was changed").Split('\n'));
        }

        _reloadMetrics.Note(problems.Count == 0);
        foreach (string problem in problems)
        {
            LogNotReloaded(problem);
        }

        if (problems.Count == 0)
        {
            LogReloaded(next.Source);
        }

        return problems;
    }

    async Task TakeOverAsync(LoadedConfiguration next, List<string> problems, CancellationToken cancellationToken)
    {
        // Files in a model's folder may be others under the same name.
        ClassifierOptions classifier = next.Options!.Classifier.Options;
        bool isSameModel = classifier.ModelFolder is null && IsSameSection(next, "classifier", "policy", "samples");
        if (!isSameModel && !_classifier.TryReload(classifier, out string problem))
        {
            problems.Add($"classifier: {problem}; the model in charge stays");
        }

        _context = _context with { StateFolder = classifier.StateFolder };
        // First the old one writes all it has: the new one reads from the file what is there already.
        if (_lawbook.Current.Samples is { } samples)
        {
            await samples.DisposeAsync().ConfigureAwait(false);
        }

        _lawbook.Current = LawOf(next.Options);
        await ReloadOutputsAsync(next, problems, cancellationToken).ConfigureAwait(false);
        await ReloadReceiversAsync(next, problems, cancellationToken).ConfigureAwait(false);
        foreach (string section in FixedSections.Where(key => !IsSameSection(next, key)))
        {
            LogNextStart(section);
        }

        _configuration = next;
    }

    bool IsSameSection(LoadedConfiguration next, string key, params string[] except) =>
        _configuration.Settings.Section(key).HasSameValues(next.Settings.Section(key), except);

    async Task ReloadOutputsAsync(LoadedConfiguration next, List<string> problems, CancellationToken cancellationToken)
    {
        IReadOnlyList<OutputSetup> wanted = next.Options!.Outputs;
        RunningOutput[] kept = [.. _outputs.Where(o => wanted.Any(w => w.Name == o.Plan.Name && o.Settings.HasSameValues(OutputSettings(next, w))))];
        RunningOutput[] leaving = [.. _outputs.Except(kept)];
        RunningOutput[] made = [.. wanted.Where(w => kept.All(k => k.Plan.Name != w.Name))
            .Select(setup => new RunningOutput(setup, OutputSettings(next, setup), setup.Create(_context)))];
        if (made.Length == 0 && leaving.Length == 0)
        {
            return;
        }

        // The new queues take records from here on; their outputs start when the former ones have let go of their files and state.
        await SwitchOutputsAsync([.. kept, .. made], leaving).ConfigureAwait(false);
        foreach (RunningOutput output in made)
        {
            if (!await TryStartAsync(output, "", problems, cancellationToken).ConfigureAwait(false))
            {
                RunningOutput? substitute = leaving.FirstOrDefault(l => l.Plan.Name == output.Plan.Name);
                substitute = substitute is null ? null : substitute with { Part = substitute.Plan.Create(_context) };
                bool isBack = substitute is not null && await TryStartAsync(substitute, "and as it was before: ", problems, cancellationToken).ConfigureAwait(false);
                RunningOutput[] rest = [.. _outputs.Where(o => o != output)];
                await SwitchOutputsAsync(isBack ? [.. rest, substitute!] : rest, [output]).ConfigureAwait(false);
            }
        }
    }

    static async Task<bool> TryStartAsync(RunningOutput output, string prefix, List<string> problems, CancellationToken cancellationToken)
    {
        try
        {
            await output.Part.StartAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (OutputStartException e)
        {
            problems.Add(prefix + e.Message);
            return false;
        }
    }

    async Task SwitchOutputsAsync(RunningOutput[] all, RunningOutput[] leaving)
    {
        using CancellationTokenSource grace = new(Options.ShutdownGrace);
        using CancellationTokenRegistration hurry = grace.Token.Register(() => StopWaiting(leaving));
        await _fan.ReplaceAsync(Consumers(all)).ConfigureAwait(false);
        await Task.WhenAll(leaving.Select(o => o.Part.StopAsync(grace.Token))).ConfigureAwait(false);
        await CollectAsync().ConfigureAwait(false);
        _outputs = all;
        foreach (RunningOutput output in leaving)
        {
            await output.Part.DisposeAsync().ConfigureAwait(false);
        }
    }

    async Task ReloadReceiversAsync(LoadedConfiguration next, List<string> problems, CancellationToken cancellationToken)
    {
        RunningReceiver[] leaving = [.. _receivers.Where(r =>
            next.Options!.Receivers.All(plan => plan.Name != r.Plan.Name) || !r.Settings.HasSameValues(ReceiverSettings(next, r.Plan)))];

        // Those that leave go first: a new one may want their ports.
        using (CancellationTokenSource grace = new(Options.ShutdownGrace))
        {
            await Task.WhenAll(leaving.Select(r => r.Part.StopAsync(grace.Token))).ConfigureAwait(false);
        }

        await CollectAsync().ConfigureAwait(false);
        _receivers = [.. _receivers.Except(leaving)];
        foreach (RunningReceiver receiver in leaving)
        {
            await receiver.Part.DisposeAsync().ConfigureAwait(false);
        }

        foreach (ReceiverPlan plan in next.Options!.Receivers.Where(plan => _receivers.All(r => r.Plan.Name != plan.Name)))
        {
            if (!await TryOpenAsync(plan, ReceiverSettings(next, plan), "", problems, cancellationToken).ConfigureAwait(false)
                && leaving.FirstOrDefault(l => l.Plan.Name == plan.Name) is { } former)
            {
                await TryOpenAsync(former.Plan, former.Settings, "and as it was before: ", problems, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    async Task<bool> TryOpenAsync(ReceiverPlan plan, SettingGroup settings, string prefix, List<string> problems, CancellationToken cancellationToken)
    {
        IReceiver receiver = plan.Create(_services);
        try
        {
            await OpenAsync(receiver, cancellationToken).ConfigureAwait(false);
            _receivers = [.. _receivers, new RunningReceiver(plan, settings, receiver)];
            return true;
        }
        catch (ReceiverStartException e)
        {
            problems.Add(prefix + e.Message);
            await receiver.DisposeAsync().ConfigureAwait(false);
            return false;
        }
    }

    /// <summary>Lets the page's counters catch up with parts that are about to go.</summary>
    Task CollectAsync() => _registry.CollectAndExportAsTextAsync(Stream.Null, CancellationToken.None);
}
