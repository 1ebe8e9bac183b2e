using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.ML.Tokenizers;

namespace Classifier.Tokenizing;

/// <summary>Reads Hugging Face's <c>tokenizer.json</c>: WordPiece for our own tokenizer, byte-level BPE and Unigram for the library's.</summary>
/// <remarks>
/// What it does not know it refuses: a tokenizer that is nearly right gives wrong answers and no error. Special tokens in a text stay text; who writes logs
/// must not be able to write <c>[SEP]</c>.
/// </remarks>
sealed class TokenizerJson(JsonElement root, JsonElement model)
{
    const int IdMax = 1 << 20;


    /// <exception cref="InvalidDataException">Not supported; says which part.</exception>
    public ITokenizer Load() => Text(model, "type") switch
    {
        "WordPiece" => LoadWordPiece(),
        "BPE" => LoadByteLevel(),
        "Unigram" => LoadUnigram(),
        string type => throw new InvalidDataException($"model.type '{type}' is not supported (known: WordPiece, BPE at byte level, Unigram)"),
    };

    /// <summary>Token to id, as the JSON object has it.</summary>
    public static Dictionary<string, int> Ids(JsonElement vocabulary)
    {
        Dictionary<string, int> ids = [];
        foreach (JsonProperty entry in vocabulary.EnumerateObject())
        {
            ids[entry.Name] = entry.Value.ValueKind == JsonValueKind.Number && entry.Value.TryGetInt32(out int id) && id is >= 0 and < IdMax
                ? id
                : throw new InvalidDataException($"the id of '{entry.Name}' is not a number from 0 to {IdMax - 1}");
        }

        return ids.Count > 0 ? ids : throw new InvalidDataException("the vocabulary is empty");
    }

    /// <summary>Tokens by id; numbers that nobody has are empty.</summary>
    public static string[] ById(IEnumerable<KeyValuePair<string, int>> ids)
    {
        string[] tokens = new string[ids.Max(entry => entry.Value) + 1];
        Array.Fill(tokens, "");
        foreach ((string token, int id) in ids)
        {
            tokens[id] = token;
        }

        return tokens;
    }

    WordPieceTokenizer LoadWordPiece()
    {
        Expect(model, "unk_token", "[UNK]");
        Expect(model, "continuing_subword_prefix", "##");
        if (model.TryGetProperty("max_input_chars_per_word", out JsonElement longest) && longest.GetInt32() != PieceWriter.WordCountMax)
        {
            throw new InvalidDataException($"model.max_input_chars_per_word is {longest}, must be {PieceWriter.WordCountMax}");
        }

        string? words = TypeOf("pre_tokenizer", out _);
        if (words != "BertPreTokenizer")
        {
            throw new InvalidDataException($"pre_tokenizer of a WordPiece model is '{words}', must be BertPreTokenizer");
        }

        (int[] before, int[] after) = Ends();
        string[] tokens = ById(AllIds());
        if (before is not [int start] || after is not [int end] || tokens[start] != "[CLS]" || tokens[end] != "[SEP]")
        {
            throw new InvalidDataException("post_processor of a WordPiece model must put [CLS] before a text and [SEP] after it");
        }

        // A number without a token gets a name that no word can be: it has a space in it.
        StringBuilder vocabulary = new();
        for (int id = 0; id < tokens.Length; id++)
        {
            vocabulary.Append(tokens[id].Length > 0 ? tokens[id] : $"[no token {id}]").Append('\n');
        }

        return WordPieceTokenizer.Load(Encoding.UTF8.GetBytes(vocabulary.ToString()), Rules());
    }

    WordPieceRules Rules()
    {
        string? type = TypeOf("normalizer", out JsonElement normalizer);
        if (type != "BertNormalizer" || !Flag(normalizer, "clean_text", true))
        {
            throw new InvalidDataException($"normalizer of a WordPiece model is '{type}', must be BertNormalizer with clean_text");
        }

        bool lower = Flag(normalizer, "lowercase", true);
        bool strip = Flag(normalizer, "strip_accents", lower);
        return strip && !lower
            ? throw new InvalidDataException("normalizer.strip_accents without normalizer.lowercase is not supported")
            : new WordPieceRules(lower, strip, Flag(normalizer, "handle_chinese_chars", true));
    }

    ITokenizer LoadByteLevel()
    {
        Expect(model, "continuing_subword_prefix", null, "");
        Expect(model, "end_of_word_suffix", null, "");
        if (Flag(model, "ignore_merges", false) || Flag(model, "byte_fallback", false))
        {
            throw new InvalidDataException("model.ignore_merges and model.byte_fallback are not supported");
        }

        (PreTokenizer words, bool prefixSpace) = ByteLevelWords();
        (int[] before, int[] after) = Ends();
        IEnumerable<string> merges = model.GetProperty("merges").EnumerateArray()
            .Select(pair => pair.ValueKind == JsonValueKind.Array ? $"{pair[0].GetString()} {pair[1].GetString()}" : pair.GetString()!);
        return ByteLevelFile.Create(AllIds(), merges, words, before, after, new TextPreparation(IsLowerCase("NFC"), prefixSpace));
    }

    (PreTokenizer Words, bool PrefixSpace) ByteLevelWords()
    {
        string? type = TypeOf("pre_tokenizer", out JsonElement pre);
        if (type == "ByteLevel" && Flag(pre, "use_regex", true))
        {
            return (RobertaPreTokenizer.Instance, Flag(pre, "add_prefix_space", false));
        }

        if (type == "Sequence" && pre.GetProperty("pretokenizers") is var parts && parts.GetArrayLength() == 2
            && Text(parts[0], "type") == "Split" && Text(parts[0], "behavior") == "Isolated" && !Flag(parts[0], "invert", false)
            && parts[0].GetProperty("pattern").TryGetProperty("Regex", out JsonElement pattern)
            && Text(parts[1], "type") == "ByteLevel" && !Flag(parts[1], "use_regex", true))
        {
            return (new RegexPreTokenizer(new Regex(pattern.GetString()!, RegexOptions.CultureInvariant), null), Flag(parts[1], "add_prefix_space", false));
        }

        throw new InvalidDataException($"pre_tokenizer of a BPE model is '{type}', must be ByteLevel, alone or behind a Split by a regular expression");
    }

    ITokenizer LoadUnigram()
    {
        if (Flag(model, "byte_fallback", false))
        {
            throw new InvalidDataException("model.byte_fallback is not supported");
        }

        string? words = TypeOf("pre_tokenizer", out JsonElement pre);
        if (!(words == "Metaspace" && PrependsSpace(pre))
            && !(words == "Sequence" && pre.GetProperty("pretokenizers") is var parts && parts.GetArrayLength() == 2
                && Text(parts[0], "type") == "WhitespaceSplit" && Text(parts[1], "type") == "Metaspace" && PrependsSpace(parts[1])))
        {
            throw new InvalidDataException($"pre_tokenizer of a Unigram model is '{words}', must be Metaspace that prepends a space always, alone or behind WhitespaceSplit");
        }

        List<(string, float)> pieces = [.. model.GetProperty("vocab").EnumerateArray().Select(piece => (piece[0].GetString()!, piece[1].GetSingle()))];
        int unknown = model.GetProperty("unk_id").GetInt32();
        if (pieces.Count is 0 or > IdMax || unknown < 0 || unknown >= pieces.Count)
        {
            throw new InvalidDataException("model.unk_id must be the number of a token of model.vocab");
        }

        (int[] before, int[] after) = Ends();
        bool isLower = IsLowerCase("Precompiled", "Replace");
        byte[] content = UnigramModel.Write(pieces, unknown, [.. Added().Where(token => token.Id < pieces.Count).Select(token => token.Id)], CharsMap());
        Dictionary<string, int> ids = [];
        for (int id = 0; id < pieces.Count; id++)
        {
            ids.TryAdd(pieces[id].Item1, id);
        }

        foreach ((string token, int id) in Added())
        {
            ids[token] = id;
        }

        return SentencePieceFile.Create(content, before, after, new TextPreparation(isLower, FoldSpaces: true), ById(ids));
    }

    static bool PrependsSpace(JsonElement metaspace) =>
        (!metaspace.TryGetProperty("replacement", out JsonElement sign) || sign.GetString() == "\u2581")
        && (metaspace.TryGetProperty("prepend_scheme", out JsonElement scheme) ? scheme.GetString() == "always" : Flag(metaspace, "add_prefix_space", true));

    /// <summary>Whether the normaliser lowers; its other steps must be those that the text has behind it, or that the tokenizer does.</summary>
    bool IsLowerCase(params string[] others)
    {
        bool isLower = false;
        foreach (JsonElement step in NormalizerSteps())
        {
            string type = Text(step, "type");
            isLower |= type == "Lowercase";
            if (type != "Lowercase" && !others.Contains(type))
            {
                throw new InvalidDataException($"normalizer '{type}' is not supported for this kind of model (known: Lowercase, {string.Join(", ", others)})");
            }

            // Of a run of spaces one: that is done before.
            if (type == "Replace" && step.GetProperty("content").GetString() is not (" " or "\u2581"))
            {
                throw new InvalidDataException("normalizer 'Replace' is supported for runs of spaces only");
            }
        }

        return isLower;
    }

    byte[] CharsMap() => NormalizerSteps().Where(step => Text(step, "type") == "Precompiled")
        .Select(step => step.GetProperty("precompiled_charsmap").GetBytesFromBase64()).FirstOrDefault([]);

    IEnumerable<JsonElement> NormalizerSteps() => TypeOf("normalizer", out JsonElement normalizer) switch
    {
        null => [],
        "Sequence" => normalizer.GetProperty("normalizers").EnumerateArray(),
        _ => [normalizer],
    };

    /// <summary>Ids before and after a single text.</summary>
    (int[] Before, int[] After) Ends()
    {
        string? type = TypeOf("post_processor", out JsonElement processor);
        if (type == "Sequence")
        {
            processor = processor.GetProperty("processors").EnumerateArray().FirstOrDefault(part => Text(part, "type") != "ByteLevel");
            type = processor.ValueKind == JsonValueKind.Object ? Text(processor, "type") : null;
        }

        return type switch
        {
            "BertProcessing" or "RobertaProcessing" => ([processor.GetProperty("cls")[1].GetInt32()], [processor.GetProperty("sep")[1].GetInt32()]),
            "TemplateProcessing" => Template(processor),
            _ => throw new InvalidDataException($"post_processor '{type}' is not supported (known: TemplateProcessing, BertProcessing, RobertaProcessing)"),
        };
    }

    static (int[] Before, int[] After) Template(JsonElement processor)
    {
        List<int> before = [], after = [];
        List<int> current = before;
        JsonElement special = processor.GetProperty("special_tokens");
        foreach (JsonElement part in processor.GetProperty("single").EnumerateArray())
        {
            if (part.TryGetProperty("SpecialToken", out JsonElement token))
            {
                current.AddRange(special.GetProperty(token.GetProperty("id").GetString()!).GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()));
            }
            else
            {
                current = after;
            }
        }

        return ([.. before], [.. after]);
    }

    Dictionary<string, int> AllIds()
    {
        Dictionary<string, int> ids = Ids(model.GetProperty("vocab"));
        foreach ((string token, int id) in Added())
        {
            ids[token] = id;
        }

        return ids;
    }

    IEnumerable<(string Token, int Id)> Added() => root.TryGetProperty("added_tokens", out JsonElement added) && added.ValueKind == JsonValueKind.Array
        ? added.EnumerateArray().Select(token => (token.GetProperty("content").GetString()!, token.GetProperty("id").GetInt32()))
            .Select(token => token.Item2 is >= 0 and < IdMax ? token : throw new InvalidDataException($"the id of '{token.Item1}' is not a number from 0 to {IdMax - 1}"))
        : [];

    string? TypeOf(string part, out JsonElement element) =>
        root.TryGetProperty(part, out element) && element.ValueKind == JsonValueKind.Object ? Text(element, "type") : null;

    static string Text(JsonElement element, string key) =>
        element.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : throw new InvalidDataException($"'{key}' is missing");

    static bool Flag(JsonElement element, string key, bool fallback) =>
        element.TryGetProperty(key, out JsonElement value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : fallback;

    static void Expect(JsonElement element, string key, params string?[] known)
    {
        string? value = element.TryGetProperty(key, out JsonElement text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
        if (!known.Contains(value) && !(value is null && known is ["[UNK]" or "##"]))
        {
            throw new InvalidDataException($"model.{key} is '{value}', must be '{known[^1]}'");
        }
    }
}
