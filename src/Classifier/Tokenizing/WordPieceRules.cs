namespace Classifier.Tokenizing;

/// <summary>What a BERT tokenizer does to a text before it splits it.</summary>
/// <param name="Lower">Lower case.</param>
/// <param name="StripAccents">NFD, and combining marks dropped. Only together with <paramref name="Lower"/>.</param>
/// <param name="SplitIdeographs">Each CJK ideograph is a word.</param>
readonly record struct WordPieceRules(bool Lower, bool StripAccents, bool SplitIdeographs)
{
    /// <summary>Those of <c>bert-base-uncased</c> and of most models made from it; the fast lane knows these only.</summary>
    public static WordPieceRules Uncased { get; } = new(Lower: true, StripAccents: true, SplitIdeographs: true);
}
