using System.Text;

namespace Collector.Configuration;

/// <summary>Names to compare with the texts of records, exactly. Equal when the names are.</summary>
sealed class NameList(IReadOnlyList<string> names) : IEquatable<NameList>
{
    readonly byte[][] _names = [.. names.Select(Encoding.UTF8.GetBytes)];

    /// <summary>Takes every name.</summary>
    public bool IsEmpty => _names.Length == 0;

    /// <summary>The name is one of the list, or the list is empty. Allocates nothing.</summary>
    public bool Takes(ReadOnlySpan<byte> name)
    {
        foreach (byte[] candidate in _names)
        {
            if (name.SequenceEqual(candidate))
            {
                return true;
            }
        }

        return IsEmpty;
    }

    public bool Equals(NameList? other) => other is not null && _names.Length == other._names.Length && _names.Zip(other._names, (a, b) => a.AsSpan().SequenceEqual(b)).All(same => same);

    public override bool Equals(object? obj) => Equals(obj as NameList);

    public override int GetHashCode() => _names.Length;
}
