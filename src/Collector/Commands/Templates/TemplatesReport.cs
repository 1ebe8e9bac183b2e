using System.Globalization;
using System.Text.Json;
using Classifier;
using Collector.Configuration;
using Spectre.Console;

namespace Collector.Commands.Templates;

/// <summary>Templates as a table, or as one JSON line each. Text from logs is escaped; it never reaches the terminal as it came.</summary>
static class TemplatesReport
{
    /// <exception cref="Exception">Of <see cref="JsonElement"/>: the answer has another shape.</exception>
    public static void Write(CommandIo io, JsonElement templates, bool withJson)
    {
        if (withJson)
        {
            foreach (JsonElement template in templates.EnumerateArray())
            {
                io.Output.WriteLine(template.GetRawText().ReplaceLineEndings(" "));
            }
        }
        else if (templates.GetArrayLength() == 0)
        {
            io.Error.WriteLine("No template is known yet.");
        }
        else
        {
            WriteTable(io, templates);
        }
    }

    static void WriteTable(CommandIo io, JsonElement templates)
    {
        Table table = new Table().Border(TableBorder.Simple).Expand()
            .AddColumn(new TableColumn("records").RightAligned().NoWrap()).AddColumn("severity").AddColumn("category")
            .AddColumn(new TableColumn("sure").RightAligned()).AddColumn("first seen").AddColumn("last seen").AddColumn("example");
        foreach (JsonElement template in templates.EnumerateArray())
        {
            string severity = template.GetProperty("severity").GetString()!;
            int index = LabelNames.Severities.ToList().IndexOf(severity);
            table.AddRow(
                new Text(template.GetProperty("count").GetInt64().ToString("N0", CultureInfo.InvariantCulture)),
                new Text(SettingText.Printable(severity), index < 0 ? Style.Plain : new Style(Terminal.ColorOf((Severity)index))),
                new Text(SettingText.Printable(template.GetProperty("category").GetString()!)),
                new Text(template.GetProperty("confidence").GetDouble().ToString("0.00", CultureInfo.InvariantCulture)),
                new Text(TimeOf(template, "first_seen")),
                new Text(TimeOf(template, "last_seen")),
                new Text(template.TryGetProperty("example", out JsonElement example) ? SettingText.Printable(example.GetString()!) : ""));
        }

        Terminal.Of(io.Output, io.IsOutputTerminal, io.Width).Write(table);
    }

    static string TimeOf(JsonElement template, string name) => template.TryGetProperty(name, out JsonElement time)
        ? time.GetDateTimeOffset().UtcDateTime.ToString("MM-dd HH:mm", CultureInfo.InvariantCulture)
        : "";
}
