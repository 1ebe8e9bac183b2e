using System.Net;

namespace Receivers;

/// <summary>Settings of one part, read key by key. Knows no file format: the appliance reads YAML behind it.</summary>
/// <remarks>
/// Each call names the key, its default, its limits and its meaning once; the same calls validate a file, print the settings in force and write the
/// reference. A bad value is noted with its place and the default is returned, so that one pass finds every mistake. Keys that nobody asked
/// for are mistakes too, so read every key on every path. Not thread-safe; used at start and on reload only.
/// </remarks>
public abstract class OptionsReader
{
    /// <summary>Place in the configuration, such as <c>receivers.syslog</c>.</summary>
    public abstract string Path { get; }

    /// <summary>The keys that the user wrote, in order: for sections whose keys are names of the user's own.</summary>
    public abstract IEnumerable<string> Keys { get; }

    /// <summary>True when the user wrote this key.</summary>
    public abstract bool Has(string key);

    /// <param name="key">Key in this section.</param>
    /// <param name="fallback">Default; null when there is none.</param>
    /// <param name="about">Meaning, one sentence for a person.</param>
    public abstract string? Text(string key, string? fallback, string about);

    /// <summary>A whole number in [<paramref name="min"/>, <paramref name="max"/>].</summary>
    public abstract long Number(string key, long fallback, long min, long max, string about);

    /// <summary>A size in bytes; the user may write <c>64KiB</c>, <c>1MiB</c>, <c>2GiB</c> or a plain number.</summary>
    public abstract long Bytes(string key, long fallback, long min, long max, string about);

    /// <summary>A time span; the user writes <c>250ms</c>, <c>10s</c>, <c>5m</c>, <c>2h</c> or <c>1d</c>.</summary>
    public abstract TimeSpan Duration(string key, TimeSpan fallback, TimeSpan min, TimeSpan max, string about);

    /// <summary>A fraction such as a probability.</summary>
    public abstract double Fraction(string key, double fallback, double min, double max, string about);

    public abstract bool Flag(string key, bool fallback, string about);

    /// <summary>An address to listen on, <c>0.0.0.0:5514</c> or <c>[::]:5514</c>; <c>off</c> gives null.</summary>
    public abstract IPEndPoint? EndPoint(string key, IPEndPoint? fallback, string about);

    /// <summary>One word of a fixed list; an unknown word is a mistake that names the nearest one.</summary>
    /// <returns>Index into <paramref name="words"/>.</returns>
    public abstract int Choice(string key, int fallback, IReadOnlyList<string> words, string about);

    /// <summary>A list of strings; one string alone is a list of one.</summary>
    public abstract IReadOnlyList<string> Texts(string key, IReadOnlyList<string> fallback, string about);

    /// <summary>A nested section; an empty one when the user did not write it.</summary>
    public abstract OptionsReader Section(string key, string about);

    /// <summary>A list of sections.</summary>
    public abstract IReadOnlyList<OptionsReader> Sections(string key, string about);

    /// <summary>Notes a mistake that only the part itself can see, at this key's place.</summary>
    public abstract void Mistake(string key, string message);
}
