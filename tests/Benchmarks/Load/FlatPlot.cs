using System.Globalization;
using System.Text;

namespace Benchmarks.Load;

/// <summary>One panel for each series, each with a scale of its own.</summary>
static class FlatPlot
{
    const int PanelWidth = 290, Height = 240, Bottom = 190, Top = 34, Gap = 10;

    public static string Draw(IReadOnlyList<(string Series, string Point, double Cost)> points)
    {
        string[] series = [.. points.Select(p => p.Series).Distinct()];
        StringBuilder svg = new();
        svg.Append(CultureInfo.InvariantCulture, $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {PanelWidth * series.Length} {Height}" font-family="sans-serif" font-size="11" fill="#555">""").Append('\n');
        for (int panel = 0; panel < series.Length; panel++)
        {
            (string Series, string Point, double Cost)[] bars = [.. points.Where(p => p.Series == series[panel])];
            double most = bars.Max(p => p.Cost);
            double width = (PanelWidth - 40.0) / bars.Length;
            int left = (panel * PanelWidth) + 20;
            svg.Append(CultureInfo.InvariantCulture, $"""<text x="{left}" y="18" font-size="13">CPU s per million by {series[panel]}</text>""").Append('\n');
            for (int i = 0; i < bars.Length; i++)
            {
                double height = bars[i].Cost / most * (Bottom - Top - 16), x = left + (i * width), y = Bottom - height;
                svg.Append(CultureInfo.InvariantCulture, $"""<rect x="{x:F1}" y="{y:F1}" width="{width - Gap:F1}" height="{height:F1}" fill="#4a7fb5"/>""");
                svg.Append(CultureInfo.InvariantCulture, $"""<text x="{x + ((width - Gap) / 2):F1}" y="{y - 4:F1}" text-anchor="middle">{bars[i].Cost:F2}</text>""");
                svg.Append(CultureInfo.InvariantCulture, $"""<text x="{x + ((width - Gap) / 2):F1}" y="{Bottom + 14}" text-anchor="middle" font-size="9">{bars[i].Point}</text>""").Append('\n');
            }

            svg.Append(CultureInfo.InvariantCulture, $"""<line x1="{left}" y1="{Bottom}" x2="{left + PanelWidth - 40}" y2="{Bottom}" stroke="#999"/>""").Append('\n');
        }

        return svg.Append("</svg>\n").ToString();
    }
}
