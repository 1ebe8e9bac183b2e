using System.Text;

namespace Collector.Configuration;

/// <summary>Writes the settings in force as a YAML file that, given back, means the same: secrets aside, which are not shown.</summary>
static class EffectiveConfiguration
{
    /// <summary>Column of the comments, where the values leave room.</summary>
    const int CommentColumn = 44;

    public static string Write(SettingGroup root)
    {
        StringBuilder text = new();
        WriteBody(text, root, "", "");
        return text.ToString();
    }

    static void WriteBody(StringBuilder text, SettingGroup group, string indent, string firstIndent)
    {
        foreach (Setting setting in group.Settings)
        {
            if (WriteSetting(text, setting, indent, firstIndent))
            {
                firstIndent = indent;
            }
        }

        SettingGroup? before = null;
        foreach (SettingGroup inner in group.Groups)
        {
            if (!inner.IsItem)
            {
                bool isEmpty = inner.Settings.Count == 0 && inner.Groups.Count == 0;
                Append(text, $"{firstIndent}{Scalar(inner.Key)}:{(isEmpty ? " {}" : "")}", inner.About);
                WriteBody(text, inner, indent + "  ", indent + "  ");
            }
            else
            {
                if (before?.Key != inner.Key)
                {
                    Append(text, $"{firstIndent}{Scalar(inner.Key)}:", inner.About);
                }

                WriteBody(text, inner, indent + "    ", indent + "  - ");
            }

            firstIndent = indent;
            before = inner;
        }
    }

    /// <returns>False when there is no value, so that only a comment was written: it cannot carry the dash of a list item.</returns>
    static bool WriteSetting(StringBuilder text, Setting setting, string indent, string firstIndent)
    {
        string limits = setting.Limits.Length > 0 ? "; " + setting.Limits : "";
        string comment = setting.Line == 0 ? "default" + limits
            : $"line {setting.Line}; default {(setting.Default.Length > 0 ? setting.Default : "none")}{limits}";
        if (setting.Values.Count == 0 && !setting.IsList)
        {
            Append(text, $"{indent}# {Scalar(setting.Key)}:", setting.Limits);
            return false;
        }

        string value = !setting.IsPublic ? Scalar(SettingText.Hidden)
            : setting.IsList ? $"[{string.Join(", ", setting.Values.Select(Scalar))}]"
            : Scalar(setting.Values[0]);
        Append(text, $"{firstIndent}{Scalar(setting.Key)}: {value}", comment);
        return true;
    }

    static void Append(StringBuilder text, string line, string comment)
    {
        text.Append(line);
        if (comment.Length > 0)
        {
            text.Append(' ', Math.Max(2, CommentColumn - line.Length)).Append("# ").Append(SettingText.Printable(comment));
        }

        text.Append('\n');
    }

    static string Scalar(string value)
    {
        bool isPlain = value.Length > 0 && value[^1] != ':' && value is not ("null" or "~" or "Null" or "NULL")
            && (char.IsAsciiLetterOrDigit(value[0]) || value[0] is '/' or '_')
            && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '_' or '-' or '.' or ':' or '@' or '+');
        if (isPlain)
        {
            return value;
        }

        string escaped = value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("$", "$$", StringComparison.Ordinal);
        return $"\"{SettingText.Printable(escaped)}\"";
    }
}
