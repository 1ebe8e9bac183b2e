using System.Buffers;
using System.Text;
using Classifier;
using Receivers.Syslog;

namespace Collector.Configuration;

/// <summary>The operator's rules, ready to be applied to verdicts. Safe on any thread; allocates nothing for each record in steady state.</summary>
sealed class RuleSet(IReadOnlyList<RuleOptions> rules)
{
    readonly CompiledRule[] _rules = [.. rules.Select(rule => new CompiledRule(rule))];

    /// <summary>Nothing to apply: the caller need not look the texts up.</summary>
    public bool IsEmpty => _rules.Length == 0;

    /// <summary>Applies the first rule that matches.</summary>
    /// <param name="app">App name of the record.</param>
    /// <param name="host">Host name of the record.</param>
    /// <param name="body">Its text.</param>
    /// <param name="data">Its structured data, as it came.</param>
    /// <param name="verdict">After the policy; changed in place.</param>
    /// <param name="mute">True: no alert on this record.</param>
    /// <returns>Index of the rule in the configuration; -1 when none matches.</returns>
    public int Apply(ReadOnlySpan<byte> app, ReadOnlySpan<byte> host, ReadOnlySpan<byte> body, ReadOnlySpan<byte> data, ref Verdict verdict, out bool mute)
    {
        for (int i = 0; i < _rules.Length; i++)
        {
            RuleOptions rule = _rules[i].Options;
            if (_rules[i].Matches(app, host, body, data, verdict))
            {
                verdict.Severity = rule.Severity ?? verdict.Severity;
                verdict.Category = rule.Category ?? verdict.Category;
                // A rule that only mutes says nothing on what the record means.
                verdict.Source = rule is { Severity: null, Category: null } ? verdict.Source : VerdictSource.Rule;
                verdict.Rule = _rules[i].NameId;
                mute = rule.Mute;
                return i;
            }
        }

        mute = false;
        return -1;
    }

    sealed class CompiledRule(RuleOptions options)
    {
        readonly NameList _apps = new(options.Apps);
        readonly NameList _hosts = new(options.Hosts);

        public RuleOptions Options { get; } = options;

        public ushort NameId { get; } = RuleNames.IdOf(options.Name);

        /// <summary>Cheap conditions first: the expression is the only one that reads the text.</summary>
        public bool Matches(ReadOnlySpan<byte> app, ReadOnlySpan<byte> host, ReadOnlySpan<byte> body, ReadOnlySpan<byte> data, in Verdict verdict) =>
            (Options.Template is not { } template || template == verdict.TemplateId)
            && (Options.Severities.Count == 0 || Options.Severities.Contains(verdict.Severity))
            && _apps.Takes(app)
            && _hosts.Takes(host)
            && (Options.StructuredData.Count == 0 || HasOneOf(Options.StructuredData, data))
            && (Options.Regex is null || MatchesBody(body));

        static bool HasOneOf(IReadOnlyList<StructuredCondition> conditions, ReadOnlySpan<byte> text)
        {
            StructuredData data = new(text);
            while (data.TryReadElement(out StructuredElement element))
            {
                while (element.TryReadParam(out StructuredParam param))
                {
                    foreach (StructuredCondition condition in conditions)
                    {
                        if (element.Id.SequenceEqual(condition.Id) && param.Name.SequenceEqual(condition.Name) && param.ValueIs(condition.Value))
                        {
                            return true;
                        }
                    }
                }
            }

            return false;
        }

        bool MatchesBody(ReadOnlySpan<byte> body)
        {
            // UTF-16 never has more units than UTF-8 has bytes.
            char[] buffer = ArrayPool<char>.Shared.Rent(body.Length);
            int length = Encoding.UTF8.GetChars(body, buffer);
            bool isMatch = Options.Regex!.IsMatch(buffer.AsSpan(0, length));
            ArrayPool<char>.Shared.Return(buffer);
            return isMatch;
        }
    }
}
