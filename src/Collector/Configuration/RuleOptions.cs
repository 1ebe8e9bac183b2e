using System.Globalization;
using System.Text.RegularExpressions;
using Classifier;
using Receivers;

namespace Collector.Configuration;

/// <summary>One of the operator's <c>rules</c>: which records, and what they mean instead. Of several rules the first that matches counts.</summary>
sealed record RuleOptions
{
    const int RegexLengthMax = 2_000;

    static readonly string[] MatchKeys = ["template", "regex", "app", "host", "severity", "structured_data"];

    /// <summary>By which an output can ask for the records that it matches; empty for none.</summary>
    public string Name { get; init; } = "";

    /// <summary>Template id; null matches every template.</summary>
    public ulong? Template { get; init; }

    /// <summary>Searched in the body; null matches every body. Runs in time linear in the text.</summary>
    public Regex? Regex { get; init; }

    /// <summary>App names, compared exactly; empty matches all.</summary>
    public IReadOnlyList<string> Apps { get; init; } = [];

    /// <summary>Host names, compared exactly; empty matches all.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Parameters of syslog structured data of which the record must have one; empty matches all.</summary>
    public IReadOnlyList<StructuredCondition> StructuredData { get; init; } = [];

    /// <summary>Severities of the verdict so far; empty matches all.</summary>
    public IReadOnlyList<Severity> Severities { get; init; } = [];

    /// <summary>Severity to give; null keeps the one there is.</summary>
    public Severity? Severity { get; init; }

    /// <summary>Category to give; null keeps the one there is.</summary>
    public Category? Category { get; init; }

    /// <summary>Never alert on these records.</summary>
    public bool Mute { get; init; }

    public static RuleOptions Read(OptionsReader reader)
    {
        OptionsReader match = reader.Section("match", "Which records: all of the conditions that are written must hold.");
        RuleOptions rule = new()
        {
            Name = reader.Text("name", null, "A name by which outputs can ask for the records that the rule matches.") ?? "",
            Template = ReadTemplate(match),
            Regex = ReadRegex(match),
            Apps = match.Texts("app", [], "App names, exactly as in the records."),
            Hosts = match.Texts("host", [], "Host names, exactly as in the records."),
            StructuredData = ReadStructuredData(match),
            Severities = ReadSeverities(match),
            Severity = ReadWord(reader, "severity", LabelNames.Severities, "Severity to give.") is int severity ? (Severity)severity : null,
            Category = ReadWord(reader, "category", LabelNames.Categories, "Category to give.") is int category ? (Category)category : null,
            Mute = reader.Flag("mute", false, "Never alert on these records; they are still counted and passed on."),
        };
        if (!MatchKeys.Any(match.Has))
        {
            reader.Mistake("match", "must hold at least one of template, regex, app, host, structured_data and severity, or the rule would match everything");
        }

        if (!reader.Has("severity") && !reader.Has("category") && !rule.Mute && rule.Name.Length == 0)
        {
            reader.Mistake("", "the rule changes nothing; write severity, category or mute: true, or a name for outputs to ask for");
        }

        return rule;
    }

    public static bool TryParseTemplate(string text, out ulong id)
    {
        id = 0;
        return text.Length == 16 && ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out id);
    }

    public static string TemplateMistake(string text) => $"must be 16 hex digits such as 9f1c53aa0b1d4e22, and is {SettingText.Quoted(text)}";

    static ulong? ReadTemplate(OptionsReader match)
    {
        string? text = match.Text("template", null, "Template id, 16 hex digits, as in records and on the status page.");
        if (text is null)
        {
            return null;
        }

        if (TryParseTemplate(text, out ulong id))
        {
            return id;
        }

        match.Mistake("template", TemplateMistake(text));
        return null;
    }

    static Regex? ReadRegex(OptionsReader match)
    {
        string? text = match.Text("regex", null, "Regular expression (.NET syntax without look-around and back-references) to find in the body.");
        if (text is null)
        {
            return null;
        }

        if (text.Length > RegexLengthMax)
        {
            match.Mistake("regex", $"must have at most {RegexLengthMax} characters, and has {text.Length}");
            return null;
        }

        try
        {
            // Bodies come from outside: without NonBacktracking one of them could hold a worker for minutes.
            return new Regex(text, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            match.Mistake("regex", "is no regular expression that can be used: " + e.Message.TrimEnd('.'));
            return null;
        }
    }

    static List<StructuredCondition> ReadStructuredData(OptionsReader match)
    {
        List<StructuredCondition> conditions = [];
        foreach (string text in match.Texts("structured_data", [], "Parameters of syslog structured data, as in exampleSDID@32473 iut=3; the record must have one of them."))
        {
            if (StructuredCondition.Parse(text) is { } condition)
            {
                conditions.Add(condition);
            }
            else
            {
                match.Mistake("structured_data", $"must be an id, a blank, and name=value, such as exampleSDID@32473 iut=3, and is {SettingText.Quoted(text)}");
            }
        }

        return conditions;
    }

    static List<Severity> ReadSeverities(OptionsReader match)
    {
        List<Severity> severities = [];
        foreach (string word in match.Texts("severity", [], "Severities that the verdict has without the rule."))
        {
            int index = LabelNames.Severities.ToList().IndexOf(word);
            if (index >= 0)
            {
                severities.Add((Severity)index);
            }
            else
            {
                string? near = NearestWord.Find(word, LabelNames.Severities);
                match.Mistake("severity", $"must be one of {string.Join(", ", LabelNames.Severities)}, and is {SettingText.Quoted(word)}{(near is null ? "" : $"; did you mean '{near}'?")}");
            }
        }

        return severities;
    }

    static int? ReadWord(OptionsReader reader, string key, IReadOnlyList<string> words, string about)
    {
        int word = reader.Choice(key, -1, words, about);
        return word < 0 ? null : word;
    }
}
