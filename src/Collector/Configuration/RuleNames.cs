namespace Collector.Configuration;

/// <summary>Numbers for the names of rules, the same for the life of the process: outputs and rules are replaced apart by a reload. Safe on any thread.</summary>
static class RuleNames
{
    static readonly Lock Gate = new();
    static readonly Dictionary<string, ushort> Ids = new(StringComparer.Ordinal);

    /// <returns>0 for the empty name. After 65,535 names all further ones share the last number: an output may then get more than it asked for.</returns>
    public static ushort IdOf(string name)
    {
        if (name.Length == 0)
        {
            return 0;
        }

        lock (Gate)
        {
            if (!Ids.TryGetValue(name, out ushort id))
            {
                id = (ushort)Math.Min(ushort.MaxValue, Ids.Count + 1);
                if (id < ushort.MaxValue)
                {
                    Ids.Add(name, id);
                }
            }

            return id;
        }
    }
}
