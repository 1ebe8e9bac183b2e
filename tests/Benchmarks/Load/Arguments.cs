using System.Globalization;

namespace Benchmarks.Load;

/// <summary><c>--name value</c> pairs.</summary>
sealed class Arguments(string[] args)
{
    public long Number(string name, long fallback)
    {
        int at = Array.IndexOf(args, "--" + name);
        return at < 0 ? fallback : long.Parse(args[at + 1], CultureInfo.InvariantCulture);
    }

    public bool Has(string name) => args.Contains("--" + name);
}
