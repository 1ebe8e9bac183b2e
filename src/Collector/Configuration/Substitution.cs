using System.Text;

namespace Collector.Configuration;

/// <summary>Replaces <c>${NAME}</c> by an environment variable, <c>${file:PATH}</c> by the content of a file and <c>$$</c> by <c>$</c>.</summary>
/// <remarks>What is put in is taken as text: it is neither read as YAML nor substituted again.</remarks>
/// <param name="variable">Value of an environment variable, null when it is not set.</param>
/// <param name="folder">Relative paths start here: the folder of the configuration file.</param>
sealed class Substitution(Func<string, string?> variable, string folder)
{
    /// <summary>Certificates and tokens are a few KiB; more is the wrong file.</summary>
    const int FileBytesMax = 64 * 1024;

    const string FilePrefix = "file:";

    /// <param name="text">A scalar as written.</param>
    /// <param name="secrets">Receives what was put in.</param>
    /// <param name="problems">Receives what could not be done, each a message for a person.</param>
    public string Apply(string text, List<string> secrets, List<string> problems)
    {
        if (!text.Contains('$'))
        {
            return text;
        }

        var result = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            char next = text[i] == '$' && i + 1 < text.Length ? text[i + 1] : '\0';
            if (next == '$')
            {
                result.Append('$');
                i++;
            }
            else if (next == '{')
            {
                int end = text.IndexOf('}', i);
                if (end < 0)
                {
                    problems.Add("'${' without its '}'; write $$ for a plain $");
                    break;
                }

                string? value = Value(text[(i + 2)..end], problems);
                if (value is not null)
                {
                    secrets.Add(value);
                    result.Append(value);
                }

                i = end;
            }
            else
            {
                result.Append(text[i]);
            }
        }

        return result.ToString();
    }

    string? Value(string name, List<string> problems)
    {
        if (name.StartsWith(FilePrefix, StringComparison.Ordinal))
        {
            return FileContent(name[FilePrefix.Length..], problems);
        }

        if (name.Length == 0 || char.IsAsciiDigit(name[0]) || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c != '_'))
        {
            problems.Add($"{SettingText.Quoted("${" + name + "}")} names no variable; write ${{NAME}}, ${{file:/path}}, or $$ for a plain $");
            return null;
        }

        string? value = variable(name);
        if (value is null)
        {
            problems.Add($"the environment variable {name} is not set");
        }

        return value;
    }

    string? FileContent(string path, List<string> problems)
    {
        try
        {
            string fullPath = Path.Combine(folder, path);
            byte[]? bytes = BoundedFile.Read(fullPath, FileBytesMax);
            if (bytes is null)
            {
                problems.Add($"the file {path} is longer than {SettingText.Bytes(FileBytesMax)}");
                return null;
            }

            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes).TrimEnd('\n', '\r');
        }
        catch (DecoderFallbackException)
        {
            problems.Add($"the file {path} is not UTF-8 text");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            problems.Add($"the file {path} cannot be read: {BoundedFile.Why(e)}");
        }

        return null;
    }
}
