using Classifier;
using Collector.Configuration;
using Collector.Pipeline;
using Collector.Tests.Configuration;
using Collector.Tests.Shared;

namespace Collector.Tests.Outputs;

public sealed class OutputFilterTests
{
    [Theory]
    [InlineData("when: all, apps: [pay]", new[] { 0, 1, 2 })]
    [InlineData("when: all, hosts: [web2]", new[] { 1, 3 })]
    [InlineData("when: all, apps: [pay], hosts: [web2]", new[] { 1 })]
    [InlineData("when: all, templates: ['0000000000000003']", new[] { 2 })]
    [InlineData("when: all, rules: [payments]", new[] { 0, 1 })]
    [InlineData("when: critical, apps: [pay, ssh]", new[] { 0, 3 })]
    [InlineData("when: all, categories: [security]", new[] { 3 })]
    public void Select_Conditions_AllHaveToHold(string conditions, int[] expected)
    {
        CollectorOptions options = Options(conditions);
        using PooledBatch batch = new(new BatchBuilder()
            .Add("transfer failed", "web1", "pay", verdict: Of(1, Severity.Critical))
            .Add("transfer was slow", "web2", "pay", verdict: Of(2))
            .Add("started", "web1", "pay", verdict: Of(3))
            .Add("root logged in", "web2", "ssh", verdict: Of(4, Severity.Critical, Category.Security)));
        new Judge(new Lawbook(new Law(SeverityPolicy.Model, new RuleSet(options.Rules))), new VerdictStatistics(TimeProvider.System)).Finish(batch.Batch);
        int count = options.Outputs[0].Queue.When.Select(batch.Batch, out int[]? indices, out _);
        Assert.Equal(expected, indices.AsSpan(0, count).ToArray());
    }

    [Fact]
    public void Equals_SameConditions_NeedsNoRestart()
    {
        const string Conditions = "apps: [pay], hosts: [web2], templates: ['0000000000000003'], rules: [payments], categories: [security]";
        Assert.Equal(Options(Conditions).Outputs[0].Queue, Options(Conditions).Outputs[0].Queue);
        Assert.NotEqual(Options(Conditions).Outputs[0].Queue, Options("apps: [pay]").Outputs[0].Queue);
    }

    [Theory]
    [InlineData("rules: [paymnts]", "did you mean 'payments'?")]
    [InlineData("templates: [xyz]", "must be 16 hex digits")]
    [InlineData("categories: [money]", "is no category")]
    public void Read_Mistake_IsNamed(string conditions, string expected) =>
        Assert.Contains(expected, Configured.Mistakes(Yaml(conditions)), StringComparison.Ordinal);

    [Theory]
    [InlineData("give_up_after: 1m")]
    [InlineData("retry_delay_max: 1m")]
    public void Read_RetrySettingsOfAnAlertChannel_AreUnknown(string setting) =>
        Assert.Contains("unknown key", Configured.Mistakes($"outputs: {{ slack: {{ webhook: 'http://127.0.0.1:9/', {setting} }} }}\n"), StringComparison.Ordinal);

    static string Yaml(string conditions) =>
        $"rules: [{{ name: payments, match: {{ regex: transfer }} }}]\noutputs: {{ stdout: {{ {conditions} }} }}\n";

    static CollectorOptions Options(string conditions)
    {
        LoadedConfiguration configuration = Configured.From(Yaml(conditions));
        Assert.True(configuration.IsGood, configuration.RenderMistakes());
        return configuration.Options!;
    }

    static Verdict Of(ulong template, Severity severity = Severity.Info, Category category = Category.Routine) =>
        new() { TemplateId = template, Severity = severity, Category = category, Source = VerdictSource.Model };

    sealed class PooledBatch(BatchBuilder builder) : IDisposable
    {
        public ClassifiedBatch Batch { get; } = builder.Build(new ClassifiedBatchPool(new Ledger()));

        public void Dispose() => Batch.Release();
    }
}
