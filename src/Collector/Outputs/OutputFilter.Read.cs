using Classifier;
using Collector.Configuration;
using Receivers;

namespace Collector.Outputs;

// How the conditions are written.
sealed partial record OutputFilter
{
    static readonly string[] Words = ["all", "critical", "error", "warning", "info", "debug"];

    /// <param name="options">The section of the output.</param>
    /// <param name="fallback">What this kind of output starts from.</param>
    /// <param name="rules">The configuration's rules, whose names may be conditions.</param>
    public static OutputFilter Read(OptionsReader options, OutputFilter fallback, IReadOnlyList<RuleOptions> rules)
    {
        int word = options.Choice("when", WordOf(fallback.SeverityMin), Words, "Least severe records to send, by the verdict: `error` sends errors and criticals.");
        IReadOnlyList<string> names = options.Texts("categories", [], "Send records of these categories only; empty sends every category.");
        return new OutputFilter
        {
            SeverityMin = word == 0 ? Severity.Debug : (Severity)(5 - word),
            _categories = ReadCategories(options, names),
            _apps = Names(options.Texts("apps", [], "Send records of these apps only, named exactly as in the records.")),
            _hosts = Names(options.Texts("hosts", [], "Send records of these hosts only, named exactly as in the records.")),
            _templates = ReadTemplates(options),
            _rules = ReadRules(options, rules),
        };
    }

    static uint ReadCategories(OptionsReader options, IReadOnlyList<string> names)
    {
        uint categories = 0;
        foreach (string name in names)
        {
            int category = IndexOf(LabelNames.Categories, name);
            if (category < 0)
            {
                options.Mistake("categories", $"'{name}' is no category; use some of {string.Join(", ", LabelNames.Categories)}");
                continue;
            }

            categories |= 1u << category;
        }

        return categories == 0 ? AllCategories : categories;
    }

    static NameList? Names(IReadOnlyList<string> names) => names.Count == 0 ? null : new NameList(names);

    static ConditionSet<ulong>? ReadTemplates(OptionsReader options)
    {
        List<ulong> templates = [];
        IReadOnlyList<string> texts = options.Texts("templates", [], "Send records of these templates only: 16 hex digits each, as in records and messages.");
        foreach (string text in texts)
        {
            if (RuleOptions.TryParseTemplate(text, out ulong id))
            {
                templates.Add(id);
            }
            else
            {
                options.Mistake("templates", RuleOptions.TemplateMistake(text));
            }
        }

        return texts.Count == 0 ? null : new ConditionSet<ulong>(templates);
    }

    static ConditionSet<ushort>? ReadRules(OptionsReader options, IReadOnlyList<RuleOptions> rules)
    {
        List<ushort> wanted = [];
        IReadOnlyList<string> names = options.Texts("rules", [], "Send records that were matched by one of these rules only; a rule is named by its `name`.");
        string[] known = [.. rules.Select(rule => rule.Name).Where(name => name.Length > 0).Distinct()];
        foreach (string name in names)
        {
            if (known.Contains(name))
            {
                wanted.Add(RuleNames.IdOf(name));
            }
            else
            {
                string hint = NearestWord.Find(name, known) is { } near ? $"did you mean '{near}'?" : known.Length == 0 ? "no rule has a name" : "there are " + string.Join(", ", known);
                options.Mistake("rules", $"no rule has the name {SettingText.Quoted(name)}; {hint}");
            }
        }

        return names.Count == 0 ? null : new ConditionSet<ushort>(wanted);
    }

    static int WordOf(Severity severity) => severity == Severity.Debug ? 0 : 5 - (int)severity;

    static int IndexOf(IReadOnlyList<string> names, string name)
    {
        for (int i = 0; i < names.Count; i++)
        {
            if (names[i] == name)
            {
                return i;
            }
        }

        return -1;
    }
}
