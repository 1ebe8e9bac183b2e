using System.Collections.Frozen;

namespace Collector.Outputs;

/// <summary>Values of which a record must have one. Equal when the values are.</summary>
sealed class ConditionSet<T>(IEnumerable<T> values) : IEquatable<ConditionSet<T>>
    where T : struct
{
    readonly FrozenSet<T> _values = values.ToFrozenSet();

    public bool Contains(T value) => _values.Contains(value);

    public bool Equals(ConditionSet<T>? other) => other is not null && _values.SetEquals(other._values);

    public override bool Equals(object? obj) => Equals(obj as ConditionSet<T>);

    public override int GetHashCode() => _values.Count;
}
