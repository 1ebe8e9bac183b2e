using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Collector.Configuration;

/// <summary>Builds the tree of a configuration file from YAML events, within fixed bounds, noting what is wrong with the YAML itself.</summary>
/// <remarks>Only the event parser of YamlDotNet is used: its serialiser works by reflection, which Native AOT does not have.</remarks>
sealed class YamlTree
{
    /// <summary>The deepest setting there is lies six levels down.</summary>
    const int DepthMax = 32;

    /// <summary>With every alias written out. A real file has a few hundred; aliases of aliases grow exponentially.</summary>
    const int NodesMax = 100_000;

    readonly Dictionary<AnchorName, SettingNode> _anchors = [];
    readonly MistakeList _mistakes;
    readonly Parser _parser;
    readonly Substitution _substitution;

    YamlTree(string text, Substitution substitution, MistakeList mistakes)
    {
        _mistakes = mistakes;
        _parser = new Parser(new StringReader(text));
        _substitution = substitution;
    }

    /// <returns>Null when the file cannot be read as YAML; a mistake then says why. An empty file is a node of kind <c>Nothing</c>.</returns>
    public static SettingNode? Parse(ReadOnlySpan<byte> utf8, Substitution substitution, MistakeList mistakes)
    {
        string text;
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(utf8);
        }
        catch (DecoderFallbackException e)
        {
            ReadOnlySpan<byte> before = utf8[..Math.Clamp(e.Index, 0, utf8.Length)];
            int lineStart = before.LastIndexOf((byte)'\n') + 1;
            Place place = new(before.Count((byte)'\n') + 1, before.Length - lineStart + 1);
            mistakes.Add(place, "", "a byte that is not UTF-8; save the file as UTF-8");
            return null;
        }

        try
        {
            return new YamlTree(text.TrimStart('\uFEFF'), substitution, mistakes).ReadDocument();
        }
        catch (YamlException e)
        {
            mistakes.Add(Tab(e, text) ?? At(e.Start), "", "not valid YAML: " + Explain(e, text));
            return null;
        }
        catch (LimitException e)
        {
            mistakes.Add(e.Place, "", e.Message);
            return null;
        }
    }

    static Place At(Mark mark) => new((int)mark.Line, (int)mark.Column);

    static string Explain(YamlException exception, string text)
    {
        string line = text.Split('\n').ElementAtOrDefault((int)exception.Start.Line - 1) ?? "";
        return Tab(exception, text) is not null ? "the line is indented with a tab; YAML wants spaces"
            : line.Contains("${", StringComparison.Ordinal) ? exception.Message + "; put quotes around a value with ${...}"
            : exception.Message;
    }

    /// <summary>The first tab in an indent at or after the place that the parser names, which for tabs is the start of the block.</summary>
    static Place? Tab(YamlException exception, string text)
    {
        string[] lines = exception.Message.Contains(" tab", StringComparison.Ordinal) ? text.Split('\n') : [];
        for (int i = Math.Max(0, (int)exception.Start.Line - 1); i < lines.Length; i++)
        {
            int tab = lines[i].IndexOf('\t', StringComparison.Ordinal);
            if (tab >= 0 && lines[i].AsSpan(0, tab).IsWhiteSpace())
            {
                return new Place(i + 1, tab + 1);
            }
        }

        return null;
    }

    SettingNode ReadDocument()
    {
        _parser.MoveNext();
        Expect<StreamStart>();
        if (_parser.Current is StreamEnd)
        {
            return new SettingNode { Kind = SettingNodeKind.Nothing, Place = new Place(1, 1) };
        }

        Expect<DocumentStart>();
        SettingNode root = ReadNode("", 0);
        Expect<DocumentEnd>();
        if (_parser.Current is not StreamEnd)
        {
            throw new LimitException(At(_parser.Current!.Start), "a second YAML document ('---'); the configuration is one document");
        }

        return root;
    }

    void Expect<T>()
        where T : ParsingEvent
    {
        if (_parser.Current is not T)
        {
            throw new YamlException(_parser.Current!.Start, _parser.Current.End, "Unexpected " + _parser.Current.GetType().Name);
        }

        _parser.MoveNext();
    }

    SettingNode ReadNode(string path, int depth)
    {
        ParsingEvent current = _parser.Current!;
        Place place = At(current.Start);
        if (depth > DepthMax)
        {
            throw new LimitException(place, $"nested deeper than {DepthMax} levels");
        }

        if (current is AnchorAlias alias)
        {
            _parser.MoveNext();
            return _anchors.TryGetValue(alias.Value, out SettingNode? target)
                ? target
                : throw new LimitException(place, $"the alias *{alias.Value} stands before or inside what it names");
        }

        AnchorName anchor = default;
        if (current is NodeEvent node)
        {
            anchor = node.Anchor;
            if (!node.Tag.IsEmpty && !node.Tag.IsNonSpecific)
            {
                _mistakes.Add(place, path, $"the tag {SettingText.Quoted(node.Tag.Value)} has no meaning here; leave it out");
            }
        }

        SettingNode result = current switch
        {
            Scalar scalar => ReadScalar(scalar, path),
            SequenceStart => ReadList(place, path, depth),
            MappingStart => ReadMap(place, path, depth),
            _ => throw new YamlException(current.Start, current.End, "Unexpected " + current.GetType().Name),
        };
        if (result.Size > NodesMax)
        {
            throw new LimitException(place, $"more than {NodesMax} values, with aliases written out");
        }

        if (!anchor.IsEmpty)
        {
            _anchors[anchor] = result;
        }

        return result;
    }

    SettingNode ReadScalar(Scalar scalar, string path)
    {
        _parser.MoveNext();
        Place place = At(scalar.Start);
        if (scalar.Style == ScalarStyle.Plain && scalar.Value is "" or "~" or "null" or "Null" or "NULL")
        {
            return new SettingNode { Kind = SettingNodeKind.Nothing, Place = place };
        }

        List<string> secrets = [];
        List<string> problems = [];
        string text = _substitution.Apply(scalar.Value, secrets, problems);
        secrets.ForEach(_mistakes.Hide);
        problems.ForEach(problem => _mistakes.Add(place, path, problem));
        return new SettingNode
        {
            Kind = SettingNodeKind.Scalar,
            Place = place,
            Text = text,
            // A value that could not be made counts as one too: half of it may be a secret.
            IsSecret = secrets.Count > 0 || problems.Count > 0,
            IsBroken = problems.Count > 0,
        };
    }

    SettingNode ReadList(Place place, string path, int depth)
    {
        List<SettingNode> items = [];
        long size = 1;
        _parser.MoveNext();
        while (_parser.Current is not SequenceEnd)
        {
            SettingNode item = ReadNode($"{path}[{items.Count}]", depth + 1);
            size += item.Size;
            items.Add(item);
        }

        _parser.MoveNext();
        return new SettingNode { Kind = SettingNodeKind.List, Place = place, Items = items, Size = size };
    }

    SettingNode ReadMap(Place place, string path, int depth)
    {
        List<SettingEntry> entries = [];
        Dictionary<string, Place> seen = new(StringComparer.Ordinal);
        long size = 1;
        _parser.MoveNext();
        while (_parser.Current is not MappingEnd)
        {
            ParsingEvent keyEvent = _parser.Current!;
            Place keyPlace = At(keyEvent.Start);
            string? key = (keyEvent as Scalar)?.Value;
            string keyPath = key is null ? path : path.Length == 0 ? key : $"{path}.{key}";
            if (key is null)
            {
                _mistakes.Add(keyPlace, path, "a key must be a word");
                size += ReadNode(path, depth + 1).Size;
            }
            else
            {
                _parser.MoveNext();
            }

            SettingNode value = ReadNode(keyPath, depth + 1);
            size += value.Size;
            if (key is null)
            {
                continue;
            }

            if (seen.TryGetValue(key, out Place first))
            {
                _mistakes.Add(keyPlace, keyPath, $"written twice; first in line {first.Line}");
                continue;
            }

            seen.Add(key, keyPlace);
            entries.Add(new SettingEntry(key, keyPlace, value));
        }

        _parser.MoveNext();
        return new SettingNode { Kind = SettingNodeKind.Map, Place = place, Entries = entries, Size = size };
    }

    /// <summary>Ends the reading at a bound; caught in <see cref="Parse"/> only.</summary>
    sealed class LimitException(Place place, string message) : Exception(message)
    {
        public Place Place { get; } = place;
    }
}
