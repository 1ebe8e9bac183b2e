using System.Net;
using Receivers;

namespace Collector.Configuration;

/// <summary>Reads settings from the tree of a YAML file, notes every mistake, and keeps a record of what was read.</summary>
/// <remarks>Read with an empty tree it gives the defaults; the record of that is the reference. Not thread-safe.</remarks>
sealed class YamlOptionsReader : OptionsReader
{
    readonly List<YamlOptionsReader> _sections = [];
    readonly HashSet<string> _asked = new(StringComparer.Ordinal);
    readonly bool _isReference;
    readonly ListenerList _listeners;
    readonly MistakeList _mistakes;
    readonly SettingNode? _node;

    YamlOptionsReader(YamlOptionsReader? parent, SettingNode? node, SettingGroup group, MistakeList mistakes, ListenerList listeners, bool isReference)
    {
        _node = node?.Kind is SettingNodeKind.Map ? node : null;
        Place = node?.Place ?? parent?.Place ?? default;
        IsBroken = node?.Kind is SettingNodeKind.Scalar or SettingNodeKind.List;
        Group = group;
        _mistakes = mistakes;
        _listeners = listeners;
        _isReference = isReference;
    }

    public override string Path => Group.Path;

    /// <summary>What was read so far.</summary>
    public SettingGroup Group { get; }

    public override IEnumerable<string> Keys => _node?.Entries.Select(e => e.Key) ?? [];

    /// <summary>Something else than a section was written in its place, which is noted: what follows from that is not.</summary>
    public bool IsBroken { get; }

    Place Place { get; }

    /// <param name="root">Null reads the defaults.</param>
    /// <param name="mistakes">Receives the mistakes.</param>
    /// <param name="isReference">Lists of sections get one sample, so that its keys are recorded too.</param>
    public static YamlOptionsReader Root(SettingNode? root, MistakeList mistakes, bool isReference = false)
    {
        if (root is { Kind: SettingNodeKind.Scalar or SettingNodeKind.List })
        {
            mistakes.Add(root.Place, "", $"the file holds {root.KindName}; it must hold sections such as 'receivers:'");
        }

        return new YamlOptionsReader(null, root, new SettingGroup("", "", ""), mistakes, new ListenerList(mistakes), isReference);
    }

    public override bool Has(string key) => Find(key) is { Kind: not SettingNodeKind.Nothing };

    public override string? Text(string key, string? fallback, string about)
    {
        SettingNode? node = Scalar(key, "a text");
        string? value = node is null ? fallback : node.Text;
        Record(key, "text", fallback ?? "", "", about, value ?? "", node);
        return value;
    }

    public override long Number(string key, long fallback, long min, long max, string about) => Ranged(
        key, "number", "a whole number", fallback, min, max, SettingText.TryParseNumber, SettingText.Number, about);

    public override long Bytes(string key, long fallback, long min, long max, string about) => Ranged(
        key, "size", "a size such as 64KiB, 1MiB, 2GiB or a number of bytes", fallback, min, max, SettingText.TryParseBytes, SettingText.Bytes, about);

    public override TimeSpan Duration(string key, TimeSpan fallback, TimeSpan min, TimeSpan max, string about) => Ranged(
        key, "duration", "a duration such as 250ms, 10s, 5m, 2h or 1d", fallback, min, max, SettingText.TryParseDuration, SettingText.Duration, about);

    public override double Fraction(string key, double fallback, double min, double max, string about) => Ranged(
        key, "fraction", "a fraction such as 0.5", fallback, min, max, SettingText.TryParseFraction, SettingText.Fraction, about);

    public override bool Flag(string key, bool fallback, string about)
    {
        SettingNode? node = Scalar(key, "true or false");
        bool value = fallback;
        if (node is not null && !SettingText.TryParseFlag(node.Text, out value))
        {
            NoteValue(node, key, $"must be true or false, and is {Shown(node)}");
            value = fallback;
        }

        Record(key, "flag", SettingText.Flag(fallback), "true or false", about, SettingText.Flag(value), node);
        return value;
    }

    public override IPEndPoint? EndPoint(string key, IPEndPoint? fallback, string about)
    {
        SettingNode? node = Scalar(key, "an address to listen on");
        IPEndPoint? value = fallback;
        if (node is not null)
        {
            if (node.Text is "off")
            {
                value = null;
            }
            else if (!SettingText.TryParseEndPoint(node.Text, out value))
            {
                NoteValue(node, key, $"must be an IP address and a port such as 0.0.0.0:5514 or [::]:5514, or off, and is {Shown(node)}");
                value = fallback;
            }
        }

        Record(key, "address", SettingText.EndPoint(fallback), "IP:port, or off", about, SettingText.EndPoint(value), node);
        _listeners.Add(value, key, KeyPath(key), node?.Place);
        return value;
    }

    public override int Choice(string key, int fallback, IReadOnlyList<string> words, string about)
    {
        string list = string.Join(", ", words);
        SettingNode? node = Scalar(key, "one of " + list);
        int value = fallback;
        if (node is not null)
        {
            value = words.ToList().IndexOf(node.Text);
            if (value < 0)
            {
                string? near = node.IsSecret ? null : NearestWord.Find(node.Text, words);
                NoteValue(node, key, $"must be one of {list}, and is {Shown(node)}{(near is null ? "" : $"; did you mean '{near}'?")}");
                value = fallback;
            }
        }

        Record(key, "word", words.ElementAtOrDefault(fallback) ?? "", list, about, words.ElementAtOrDefault(value) ?? "", node);
        return value;
    }

    public override IReadOnlyList<string> Texts(string key, IReadOnlyList<string> fallback, string about)
    {
        SettingNode? node = Asked(key);
        IReadOnlyList<string> values = fallback;
        bool isPublic = true;
        if (node is { Kind: SettingNodeKind.Scalar, IsBroken: false })
        {
            values = [node.Text];
            isPublic = !node.IsSecret;
        }
        else if (node is { Kind: SettingNodeKind.List })
        {
            List<string> items = [];
            for (int i = 0; i < node.Items.Count; i++)
            {
                SettingNode item = node.Items[i];
                if (item.Kind != SettingNodeKind.Scalar)
                {
                    NoteValue(item, $"{key}[{i}]", $"must be a text, and is {item.KindName}");
                }

                isPublic &= !item.IsSecret;
                items.Add(item.Text);
            }

            values = items;
        }
        else if (node is { IsBroken: false })
        {
            NoteValue(node, key, $"must be a list of texts, and is {node.KindName}");
        }

        Group.Settings.Add(new Setting(key, "list of texts", string.Join(", ", fallback), "", about, values)
        {
            IsList = true,
            Line = node?.Place.Line ?? 0,
            // What is empty is no secret.
            IsPublic = values.Count == 0 || (isPublic && !SecretKeys.Match(key)),
        });
        return values;
    }

    public override OptionsReader Section(string key, string about) => SectionOf(key, about);

    /// <inheritdoc cref="Section"/>
    public YamlOptionsReader SectionOf(string key, string about)
    {
        SettingNode? node = Asked(key);
        if (node is { Kind: SettingNodeKind.Scalar or SettingNodeKind.List })
        {
            NoteValue(node, key, $"must be a section, and is {node.KindName}");
        }

        return AddSection(node, new SettingGroup(key, KeyPath(key), about));
    }

    public override IReadOnlyList<OptionsReader> Sections(string key, string about)
    {
        SettingNode? node = Asked(key);
        if (node is { Kind: SettingNodeKind.Scalar or SettingNodeKind.Map })
        {
            NoteValue(node, key, $"must be a list of sections, and is {node.KindName}");
        }

        List<OptionsReader> readers = [];
        IReadOnlyList<SettingNode> items = node?.Items ?? [];
        for (int i = 0; i < items.Count; i++)
        {
            if (items[i].Kind != SettingNodeKind.Map)
            {
                NoteValue(items[i], $"{key}[{i}]", $"must be a section, and is {items[i].KindName}");
            }

            readers.Add(AddSection(items[i], new SettingGroup(key, $"{KeyPath(key)}[{i}]", about) { IsItem = true }));
        }

        if (_isReference)
        {
            readers.Add(AddSection(null, new SettingGroup(key, KeyPath(key) + "[]", about) { IsItem = true }));
        }

        return readers;
    }

    public override void Mistake(string key, string message)
    {
        SettingNode? node = Find(key);
        if (!IsBroken && node is not { IsBroken: true })
        {
            _mistakes.Add(node?.Place ?? Place, KeyPath(key), message);
        }
    }

    /// <summary>Notes every key that nobody asked for, here and below. Called once, on the root, after all parts have read.</summary>
    public void Finish()
    {
        foreach (SettingEntry entry in _node?.Entries ?? [])
        {
            if (_mistakes.IsFull)
            {
                break;
            }

            if (!_asked.Contains(entry.Key))
            {
                string? near = NearestWord.Find(entry.Key, _asked);
                string hint = near is not null ? $"did you mean '{near}'?"
                    : _asked.Count == 0 ? "no keys are known here"
                    : "known here: " + string.Join(", ", _asked.Order(StringComparer.Ordinal));
                _mistakes.Add(entry.Place, KeyPath(entry.Key), "unknown key; " + hint);
            }
        }

        foreach (YamlOptionsReader section in _sections)
        {
            section.Finish();
        }
    }

    /// <summary>Makes keys known without reading them, so that they can be named as the nearest ones.</summary>
    public void Know(IEnumerable<string> keys) => _asked.UnionWith(keys);

    delegate bool TryParse<T>(string text, out T value);

    static string Shown(SettingNode node) => node.IsSecret ? SettingText.Hidden : SettingText.Quoted(node.Text);

    // An empty key stands for the section itself.
    string KeyPath(string key) => Path.Length == 0 ? key : key.Length == 0 ? Path : $"{Path}.{key}";

    SettingNode? Find(string key) => _node?.Find(key);

    SettingNode? Asked(string key)
    {
        _asked.Add(key);
        return Find(key);
    }

    YamlOptionsReader AddSection(SettingNode? node, SettingGroup group)
    {
        Group.Groups.Add(group);
        YamlOptionsReader section = new(this, node, group, _mistakes, _listeners, _isReference);
        _sections.Add(section);
        return section;
    }

    /// <summary>The node of a key that holds one value; null when the default is to be used, which is noted when it is a mistake.</summary>
    SettingNode? Scalar(string key, string wanted)
    {
        SettingNode? node = Asked(key);
        if (node is null or { IsBroken: true })
        {
            return null;
        }

        if (node.Kind == SettingNodeKind.Scalar)
        {
            return node;
        }

        NoteValue(node, key, node.Kind == SettingNodeKind.Nothing
            ? $"has no value; write {wanted}, or leave the key out for the default"
            : $"must be {wanted}, and is {node.KindName}");
        return null;
    }

    T Ranged<T>(string key, string type, string wanted, T fallback, T min, T max, TryParse<T> tryParse, Func<T, string> format, string about)
        where T : IComparable<T>
    {
        SettingNode? node = Scalar(key, wanted);
        T value = fallback;
        if (node is not null)
        {
            string range = $"{format(min)} to {format(max)}";
            if (!tryParse(node.Text, out value))
            {
                NoteValue(node, key, $"must be {wanted}, {range}, and is {Shown(node)}");
                value = fallback;
            }
            else if (value.CompareTo(min) < 0 || value.CompareTo(max) > 0)
            {
                NoteValue(node, key, $"must be {range}, and is {Shown(node)}");
                value = fallback;
            }
        }

        Record(key, type, format(fallback), $"{format(min)} to {format(max)}", about, format(value), node);
        return value;
    }

    void NoteValue(SettingNode node, string key, string message) => _mistakes.Add(node.Place, KeyPath(key), message);

    void Record(string key, string type, string fallback, string limits, string about, string value, SettingNode? node) =>
        Group.Settings.Add(new Setting(key, type, fallback, limits, about, value.Length == 0 ? [] : [value])
        {
            Line = node?.Place.Line ?? 0,
            IsPublic = node is null || value.Length == 0 || (!node.IsSecret && !SecretKeys.Match(key)),
        });
}
