namespace Collector.Configuration;

/// <summary>Every mistake of one configuration file. Keeps secrets out of the messages, whoever wrote them.</summary>
sealed class MistakeList
{
    /// <summary>A file of nothing but mistakes must not become a log of megabytes.</summary>
    const int CountMax = 100;

    // Shorter values (a port, "on") would blot out half a message and are no secrets worth the name.
    const int SecretLengthMin = 4;

    readonly List<Mistake> _mistakes = [];
    readonly HashSet<string> _secrets = new(StringComparer.Ordinal);

    public int Count => _mistakes.Count + LeftOut;

    /// <summary>Nothing added from now on is shown.</summary>
    public bool IsFull => _mistakes.Count == CountMax;

    /// <summary>Mistakes beyond the first hundred, counted only.</summary>
    public int LeftOut { get; private set; }

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<Mistake> InOrder => [.. _mistakes.OrderBy(m => m.Place.Line).ThenBy(m => m.Place.Column)];

    public void Add(Place place, string path, string message)
    {
        if (IsFull)
        {
            LeftOut++;
            return;
        }

        foreach (string secret in _secrets)
        {
            message = message.Replace(secret, SettingText.Hidden, StringComparison.Ordinal);
        }

        _mistakes.Add(new Mistake(place, SettingText.Printable(path), SettingText.Printable(message)));
    }

    /// <summary>No message added from now on shows this value.</summary>
    public void Hide(string secret)
    {
        if (secret.Length >= SecretLengthMin)
        {
            _secrets.Add(secret);
        }
    }
}
