using System.Globalization;
using System.Text;
using Classifier;
using Collector.Commands.Lines;
using Collector.Configuration;
using Receivers;
using Spectre.Console;

namespace Collector.Commands.Explaining;

/// <summary>An explanation for a person, in the order in which the steps happen.</summary>
static class ExplanationReport
{
    const int WordsShownMax = 12;
    const int BarWidth = 24;

    public static void Write(CommandIo io, LineExplanation explanation)
    {
        IAnsiConsole console = Terminal.Of(io.Output, io.IsOutputTerminal, io.Width);
        Grid grid = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(2)).AddColumn();
        foreach ((string step, string text) in Steps(explanation))
        {
            grid.AddRow(new Text(step, new Style(Color.Blue)), new Text(SettingText.Printable(text)));
        }

        console.Write(grid);
        if (explanation.Model.Severities.Count > 0)
        {
            console.WriteLine();
            WriteLabels(console, "severity", explanation.Model.Severities);
            WriteLabels(console, "category", explanation.Model.Categories);
            WriteWords(console, explanation);
        }

        console.WriteLine();
        Verdict verdict = explanation.Verdict;
        console.Write(new Text($"{verdict.Severity.Name()}, {verdict.Category.Name()}", new Style(Terminal.ColorOf(verdict.Severity), decoration: Decoration.Bold)));
        console.WriteLine($" ({verdict.Source.Name()}). {(explanation.WouldAlert ? "Would alert" : "Would not alert")}: {explanation.Reason}.");
    }

    static IEnumerable<(string Step, string Text)> Steps(LineExplanation explanation)
    {
        yield return ("read as", explanation.Format switch
        {
            LineFormat.Syslog => "a syslog message",
            LineFormat.Journald => "an entry of the systemd journal",
            LineFormat.Otlp => "an OTLP request",
            LineFormat.Json => "a JSON object with a message",
            _ => "plain text",
        });
        yield return ("app", explanation.App.Length > 0 ? Encoding.UTF8.GetString(explanation.App) : "none");
        if (explanation.Host.Length > 0)
        {
            yield return ("host", Encoding.UTF8.GetString(explanation.Host));
        }

        yield return ("body", Encoding.UTF8.GetString(explanation.Body));
        yield return ("declared", explanation.DeclaredSeverity == 0
            ? "no severity"
            : $"{SeverityNumbers.Text(explanation.DeclaredSeverity, explanation.Format is LineFormat.Syslog or LineFormat.Journald)}, which means {DeclaredSeverity.From(explanation.DeclaredSeverity).Name()}");
        if (explanation.Marks.Count > 0)
        {
            yield return ("forgiven", string.Join(", ", explanation.Marks));
        }

        yield return ("normalised", explanation.Model.NormalizedText);
        yield return ("template", explanation.Verdict.TemplateId.ToString("x16", CultureInfo.InvariantCulture));
        if (explanation.Model.Tokens.Count > 0)
        {
            yield return ("tokens", $"{explanation.Model.Tokens.Count}: {string.Join(' ', explanation.Model.Tokens)}");
        }

        yield return ("policy", SeverityPolicyNames.Names[(int)explanation.Policy]);
        yield return ("rule", explanation.Rule >= 0 ? $"rules[{explanation.Rule}]" : $"none of {explanation.RuleCount} matches");
    }

    static void WriteLabels(IAnsiConsole console, string title, IReadOnlyList<ExplainedLabel> labels)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn(title).AddColumn(new TableColumn("probability").RightAligned()).AddColumn("");
        foreach (ExplainedLabel label in labels.OrderByDescending(l => l.Probability))
        {
            table.AddRow(new Text(label.Name), new Text(label.Probability.ToString("0.000", CultureInfo.InvariantCulture)), Bar(label.Probability, Color.Blue));
        }

        console.Write(table);
    }

    static void WriteWords(IAnsiConsole console, LineExplanation explanation)
    {
        string severity = explanation.Model.Verdict.Severity.Name();
        Table table = new Table().Border(TableBorder.Simple).AddColumn("word").AddColumn(new TableColumn("weight").RightAligned()).AddColumn($"for {severity} (how much less probable without it)");
        foreach (ExplainedWord word in explanation.Model.Words.OrderByDescending(w => Math.Abs(w.Weight)).Take(WordsShownMax))
        {
            table.AddRow(
                new Text(SettingText.Printable(word.Word)),
                new Text(word.Weight.ToString("+0.000;-0.000;0.000", CultureInfo.InvariantCulture)),
                Bar(Math.Abs(word.Weight), word.Weight < 0 ? Color.Red : Color.Green));
        }

        console.Write(table);
    }

    static Text Bar(float share, Color color) => new(new string('█', (int)Math.Round(Math.Clamp(share, 0, 1) * BarWidth)), new Style(color));
}
