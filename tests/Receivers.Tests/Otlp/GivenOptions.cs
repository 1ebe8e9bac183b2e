using System.Globalization;
using System.Net;

namespace Receivers.Tests.Otlp;

/// <summary>Settings from a dictionary: <c>tls.certificate</c> = a text, or a list of texts.</summary>
sealed class GivenOptions(IReadOnlyDictionary<string, object> values, string path = "", List<string>? mistakes = null) : OptionsReader
{
    public List<string> Mistakes { get; } = mistakes ?? [];

    public override string Path => path;

    public override IEnumerable<string> Keys => values.Keys.Where(key => key.StartsWith(Full(""), StringComparison.Ordinal)).Select(key => key[Full("").Length..]);

    public override bool Has(string key) => values.ContainsKey(Full(key));

    public override string? Text(string key, string? fallback, string about) => Value<string>(key) ?? fallback;

    public override long Number(string key, long fallback, long min, long max, string about) => Bounded(key, fallback, min, max);

    public override long Bytes(string key, long fallback, long min, long max, string about) => Bounded(key, fallback, min, max);

    public override TimeSpan Duration(string key, TimeSpan fallback, TimeSpan min, TimeSpan max, string about) => Value<TimeSpan?>(key) ?? fallback;

    public override double Fraction(string key, double fallback, double min, double max, string about) => Value<double?>(key) ?? fallback;

    public override bool Flag(string key, bool fallback, string about) => Value<bool?>(key) ?? fallback;

    public override IPEndPoint? EndPoint(string key, IPEndPoint? fallback, string about) =>
        Value<string>(key) switch { null => fallback, "off" => null, string text => IPEndPoint.Parse(text) };

    public override int Choice(string key, int fallback, IReadOnlyList<string> words, string about) =>
        Value<string>(key) is { } word ? words.ToList().IndexOf(word) : fallback;

    public override IReadOnlyList<string> Texts(string key, IReadOnlyList<string> fallback, string about) => Value<string[]>(key) ?? fallback;

    public override OptionsReader Section(string key, string about) => new GivenOptions(values, Full(key), Mistakes);

    public override IReadOnlyList<OptionsReader> Sections(string key, string about) => [];

    public override void Mistake(string key, string message) => Mistakes.Add(Full(key) + ": " + message);

    long Bounded(string key, long fallback, long min, long max)
    {
        long value = Convert.ToInt64(Value<object>(key) ?? fallback, CultureInfo.InvariantCulture);
        if (value < min || value > max)
        {
            Mistake(key, "out of range");
        }

        return value;
    }

    T? Value<T>(string key) => values.TryGetValue(Full(key), out object? value) ? (T)value : default;

    string Full(string key) => path.Length == 0 ? key : path + "." + key;
}
