using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Classifier.Caching;

/// <summary>When a template was new and what its first record looked like. Off the hot path: written when a text is new, read by people.</summary>
/// <remarks>Bounded: when it is full, templates that came once or that the cache forgot give way, and if there are none, new ones go without. Safe on any thread.</remarks>
sealed class TemplateExamples(TemplateCache cache)
{
    /// <summary>Examples kept; 4 MB with their texts at full length.</summary>
    public const int CountMax = 16_384;

    /// <summary>Bytes of an example; the rest is cut.</summary>
    public const int TextBytesMax = 192;

    // A sweep looks at all of them, so it has to be worth it.
    const int RefusalsASweep = 1_024;

    readonly Lock _lock = new();
    readonly Dictionary<TemplateKey, Example> _examples = [];
    int _refusals = RefusalsASweep;

    /// <summary>A record whose text is not in the cache: the first is kept, the others are counted.</summary>
    public void Add(in TemplateKey key, ReadOnlySpan<byte> app, ReadOnlySpan<byte> body, uint minutes)
    {
        lock (_lock)
        {
            if (_examples.TryGetValue(key, out Example known))
            {
                _examples[key] = known with { Misses = known.Misses.Next(minutes) };
            }
            else if (HasRoom())
            {
                _examples.Add(key, new Example(Cut(app, body), minutes, default(Tally).Next(minutes)));
            }
        }
    }

    /// <summary>Adds what <see cref="All"/> gave.</summary>
    public void Restore(in TemplateKey key, Example example)
    {
        lock (_lock)
        {
            if (_examples.Count < CountMax)
            {
                _examples[key] = example;
            }
        }
    }

    public bool TryGet(in TemplateKey key, [NotNullWhen(true)] out Example? example)
    {
        lock (_lock)
        {
            example = _examples.TryGetValue(key, out Example found) ? found : null;
            return example is not null;
        }
    }

    public KeyValuePair<TemplateKey, Example>[] All()
    {
        lock (_lock)
        {
            return [.. _examples];
        }
    }

    static byte[] Cut(ReadOnlySpan<byte> app, ReadOnlySpan<byte> body)
    {
        byte[] text = app.IsEmpty ? [] : [.. app[..Math.Min(app.Length, 48)], .. ": "u8];
        byte[] whole = [.. text, .. body[..Math.Min(body.Length, TextBytesMax - text.Length)]];

        // Whole characters: a reader that meets half of one replaces it, and so the text is as long as it was cut to.
        return Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(whole).TrimEnd('\uFFFD')) is { Length: <= TextBytesMax } clean ? clean : whole;
    }

    bool HasRoom()
    {
        if (_examples.Count < CountMax)
        {
            return true;
        }

        if (++_refusals > RefusalsASweep)
        {
            _refusals = 0;
            foreach ((TemplateKey key, Example example) in _examples)
            {
                if (!cache.TryPeek(key, out SavedTemplate saved) || saved.Tally.Count + example.Misses.Count <= 1)
                {
                    _examples.Remove(key);
                }
            }
        }

        return _examples.Count < CountMax;
    }
}

/// <param name="Text">Head of the first record, app name before it; UTF-8 as far as the record was.</param>
/// <param name="FirstMinutes">When it came, in minutes as in <see cref="Tally"/>.</param>
/// <param name="Misses">Records that came before the answer was known.</param>
readonly record struct Example(byte[] Text, uint FirstMinutes, Tally Misses);
