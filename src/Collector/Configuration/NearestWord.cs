namespace Collector.Configuration;

/// <summary>The word of a list that a misspelt one probably means.</summary>
static class NearestWord
{
    /// <returns>Null when nothing is near: further than a third of the letters.</returns>
    public static string? Find(string word, IEnumerable<string> words)
    {
        string? nearest = null;
        int best = Math.Max(2, word.Length / 3) + 1;
        foreach (string candidate in words)
        {
            int distance = Distance(word.ToLowerInvariant(), candidate);
            // A two-letter key is two edits from every other one.
            if (distance < best && distance < Math.Max(word.Length, candidate.Length) - 1)
            {
                (nearest, best) = (candidate, distance);
            }
        }

        return nearest;
    }

    /// <summary>Insertions, deletions, substitutions and swaps of neighbours. Source: optimal string alignment, three rolling rows.</summary>
    static int Distance(string from, string to)
    {
        // Keys are short; a longer word has no near key, and its rows would cost length squared.
        if (from.Length > 64 || to.Length > 64)
        {
            return int.MaxValue;
        }

        int[] beforeLast = new int[to.Length + 1];
        int[] last = new int[to.Length + 1];
        int[] row = new int[to.Length + 1];
        for (int j = 0; j <= to.Length; j++)
        {
            last[j] = j;
        }

        for (int i = 1; i <= from.Length; i++)
        {
            row[0] = i;
            for (int j = 1; j <= to.Length; j++)
            {
                int cost = from[i - 1] == to[j - 1] ? 0 : 1;
                row[j] = Math.Min(Math.Min(row[j - 1], last[j]) + 1, last[j - 1] + cost);
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                {
                    row[j] = Math.Min(row[j], beforeLast[j - 2] + 1);
                }
            }

            (beforeLast, last, row) = (last, row, beforeLast);
        }

        return last[to.Length];
    }
}
