using System.Globalization;
using Classifier;
using Collector.Configuration;
using Spectre.Console;

namespace Collector.Commands.Classifying;

/// <summary>The summary of <c>classify</c>: tables and bars. Text from logs is escaped; it never reaches the terminal as it came.</summary>
static class ClassifyReport
{
    const int TemplatesShownMax = 10;

    public static void Write(CommandIo io, ClassifySummary summary, TimeSpan duration)
    {
        IAnsiConsole console = Terminal.Of(io.Output, io.IsOutputTerminal, io.Width);
        console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{summary.Records:N0} records in {duration.TotalSeconds:N1} s ({summary.Records / Math.Max(duration.TotalSeconds, 0.001):N0} a second)"));
        if (summary.Records == 0)
        {
            return;
        }

        console.WriteLine();
        console.Write(SeverityTable(summary));
        console.WriteLine();
        WriteBars(console, "Severities", LabelNames.Severities, summary.Severities, i => Terminal.ColorOf((Severity)i), io.Width);
        WriteBars(console, "Categories", LabelNames.Categories, summary.Categories, _ => Color.Blue, io.Width);
        WriteCriticals(console, summary);
    }

    static Table SeverityTable(ClassifySummary summary)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn("severity").AddColumn(Right("records")).AddColumn(Right("share"));
        for (int i = LabelNames.Severities.Count - 1; i >= 0; i--)
        {
            table.AddRow(
                new Text(LabelNames.Severities[i], Terminal.ColorOf((Severity)i)),
                new Text(Count(summary.Severities[i])),
                new Text(Share(summary.Severities[i], summary.Records)));
        }

        for (int i = 0; i < LabelNames.Sources.Count; i++)
        {
            // The model decides nearly always; who else did is worth a line.
            if (i != (int)VerdictSource.Model && summary.Sources[i] > 0)
            {
                table.AddRow(new Text($"(by {LabelNames.Sources[i]})"), new Text(Count(summary.Sources[i])), new Text(Share(summary.Sources[i], summary.Records)));
            }
        }

        return table;
    }

    static void WriteBars(IAnsiConsole console, string title, IReadOnlyList<string> names, long[] counts, Func<int, Color> color, int width)
    {
        BarChart chart = new BarChart().Width(Math.Min(width, 80)).LeftAlignLabel().Label(title)
            .UseValueFormatter(value => Count((long)value));
        foreach (int i in Enumerable.Range(0, names.Count).Where(i => counts[i] > 0).OrderByDescending(i => counts[i]))
        {
            chart.AddItem(names[i], counts[i], color(i));
        }

        console.Write(chart);
        console.WriteLine();
    }

    static void WriteCriticals(IAnsiConsole console, ClassifySummary summary)
    {
        List<CriticalTemplate> templates = [.. summary.CriticalTemplates.Take(TemplatesShownMax)];
        if (templates.Count == 0)
        {
            return;
        }

        Table table = new Table().Border(TableBorder.Simple).Title("Most frequent critical templates", new Style(Color.Red)).Expand()
            .AddColumn(Right("records")).AddColumn("category").AddColumn(Right("probability")).AddColumn("example");
        foreach (CriticalTemplate template in templates)
        {
            CriticalRecord example = template.Example;
            string app = example.App.Length > 0 ? example.App + ": " : "";
            table.AddRow(
                new Text(Count(template.Count)),
                new Text(example.Verdict.Category.Name()),
                new Text(example.Verdict.CriticalProbability.ToString("0.00", CultureInfo.InvariantCulture)),
                new Text(SettingText.Printable(app + example.Body)));
        }

        console.Write(table);
        if (summary.IsCut)
        {
            console.WriteLine("There are more critical templates than could be told apart.");
        }
    }

    static TableColumn Right(string header) => new TableColumn(header).RightAligned().NoWrap();

    static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    static string Share(long count, long all) => (100.0 * count / all).ToString("0.0", CultureInfo.InvariantCulture) + " %";
}
