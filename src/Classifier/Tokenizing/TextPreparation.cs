using System.Text;

namespace Classifier.Tokenizing;

/// <summary>What is done to a text before a library's tokenizer sees it.</summary>
/// <param name="Lower">Lower case.</param>
/// <param name="PrefixSpace">A space before the first word, as byte-level tokenizers want it.</param>
/// <param name="FoldSpaces">Runs of white space become one space, and none is left at the ends: the library's own way does not end on some texts.</param>
/// <param name="Map">Folds Unicode, before all else; null for none.</param>
readonly record struct TextPreparation(bool Lower = false, bool PrefixSpace = false, bool FoldSpaces = false, CharsMap? Map = null)
{
    public string Apply(string text)
    {
        text = Map?.Apply(text) ?? text;
        text = FoldSpaces ? Folded(text) : text;
        text = Lower ? text.ToLowerInvariant() : text;
        return PrefixSpace && text.Length > 0 && !char.IsWhiteSpace(text[0]) ? " " + text : text;
    }

    static string Folded(string text)
    {
        StringBuilder folded = new(text.Length);
        foreach (char c in text)
        {
            if (!char.IsWhiteSpace(c) && !char.IsControl(c))
            {
                folded.Append(c);
            }
            else if (folded.Length > 0 && folded[^1] != ' ')
            {
                folded.Append(' ');
            }
        }

        return folded.ToString().TrimEnd(' ');
    }
}
