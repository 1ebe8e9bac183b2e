using System.Text;
using System.Text.Json;
using Microsoft.ML.Tokenizers;

namespace Classifier.Tokenizing;

/// <summary>Byte-level byte-pair encoding, as GPT-2, RoBERTa and ModernBERT have it.</summary>
static class ByteLevelFile
{
    /// <summary>A <c>vocab.json</c> (token to id) and a <c>merges.txt</c> (a pair a line, the first merge first), with the ends of RoBERTa.</summary>
    public static ITokenizer Load(JsonElement vocabulary, byte[] merges)
    {
        if (merges.Length == 0)
        {
            throw new InvalidDataException("a vocabulary of this form needs merges.txt beside it (or use tokenizer.json)");
        }

        Dictionary<string, int> ids = TokenizerJson.Ids(vocabulary);
        int[] start = ids.TryGetValue("<s>", out int id) ? [id] : throw new InvalidDataException("has no <s>");
        int[] end = ids.TryGetValue("</s>", out id) ? [id] : throw new InvalidDataException("has no </s>");
        string[] pairs = [.. Encoding.UTF8.GetString(merges).Split('\n').Select(line => line.TrimEnd('\r'))
            .Where(line => line.Length > 0 && !line.StartsWith("#version", StringComparison.Ordinal))];
        return Create(ids, pairs, RobertaPreTokenizer.Instance, start, end, default);
    }

    public static ITokenizer Create(
        Dictionary<string, int> ids, IEnumerable<string> merges, PreTokenizer words, int[] before, int[] after, TextPreparation preparation)
    {
        BpeTokenizer tokenizer = BpeTokenizer.Create(new BpeOptions(ids) { Merges = merges, ByteLevel = true, PreTokenizer = words });
        return new LibraryTokenizer(text => tokenizer.EncodeToIds(text), TokenizerJson.ById(ids), before, after, preparation);
    }
}
