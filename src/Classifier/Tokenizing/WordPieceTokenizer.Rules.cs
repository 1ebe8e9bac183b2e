using System.Text;

namespace Classifier.Tokenizing;

/// <content>Models whose tokenizer keeps accents or case, or does not split ideographs: code point by code point, at a millionth of what the model costs.</content>
public sealed partial class WordPieceTokenizer
{
    const int DottedCapitalI = 0x130;
    const int DotAbove = 0x307;

    void ReadByRules(Rune rune, ref PieceWriter writer)
    {
        switch (UnicodeFolding.Kind(rune.Value))
        {
            case FoldKind.Drop:
            case FoldKind.Space:
                Read(rune.Value, ref writer);
                break;
            case FoldKind.Ideograph when _rules.SplitIdeographs:
                writer.EndWord();
                WriteByRules(rune, ref writer);
                writer.EndWord();
                break;
            case FoldKind.Punctuation:
                writer.WriteAlone(rune.Value);
                break;
            case FoldKind.Mark or FoldKind.MarkStarter when _rules.StripAccents:
                Read(rune.Value, ref writer);
                break;
            default:
                WriteByRules(rune, ref writer);
                break;
        }
    }

    void WriteByRules(Rune rune, ref PieceWriter writer)
    {
        if (_rules.StripAccents)
        {
            WriteFolded(rune.Value, ref writer);
        }
        else if (_rules.Lower && rune.Value == DottedCapitalI)
        {
            // The one letter whose lower case is two code points; the framework leaves it as it is.
            writer.Append('i');
            writer.Append(DotAbove);
        }
        else
        {
            writer.Append(_rules.Lower ? Rune.ToLowerInvariant(rune).Value : rune.Value);
        }
    }
}
