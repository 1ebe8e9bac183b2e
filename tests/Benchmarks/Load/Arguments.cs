using System.Globalization;

namespace Benchmarks.Load;

/// <summary><c>--name value</c> pairs.</summary>
sealed class Arguments(string[] args)
{
    public long Number(string name, long fallback)
    {
        string? value = Text(name);
        return value is null ? fallback : long.Parse(value, CultureInfo.InvariantCulture);
    }

    public string? Text(string name)
    {
        int at = Array.IndexOf(args, "--" + name);
        return at < 0 ? null : args[at + 1];
    }

    public bool Has(string name) => args.Contains("--" + name);
}
