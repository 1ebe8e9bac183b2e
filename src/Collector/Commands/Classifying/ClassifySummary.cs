using Classifier;

namespace Collector.Commands.Classifying;

/// <summary>What <c>classify</c> tells at the end. One thread.</summary>
sealed class ClassifySummary
{
    /// <summary>Critical templates that are told apart; 4 MB of examples. Records of further ones are counted as critical only.</summary>
    const int TemplatesMax = 10_000;

    readonly Dictionary<ulong, CriticalTemplate> _criticals = [];

    public long[] Severities { get; } = new long[LabelNames.Severities.Count];

    public long[] Categories { get; } = new long[LabelNames.Categories.Count];

    public long[] Sources { get; } = new long[LabelNames.Sources.Count];

    public long Records { get; private set; }

    /// <summary>Most frequent first; of equally frequent ones the first seen.</summary>
    public IEnumerable<CriticalTemplate> CriticalTemplates => _criticals.Values.OrderByDescending(t => t.Count);

    /// <summary>There were more critical templates than could be told apart.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Called in the order of the input, so that the first record of a template is its example.</summary>
    public void Add(ChunkResult result)
    {
        Records += result.Severities.Sum();
        Sum(Severities, result.Severities);
        Sum(Categories, result.Categories);
        Sum(Sources, result.Sources);
        foreach (CriticalRecord record in result.Criticals)
        {
            if (_criticals.TryGetValue(record.Verdict.TemplateId, out CriticalTemplate? template))
            {
                template.Count++;
            }
            else if (_criticals.Count < TemplatesMax)
            {
                _criticals.Add(record.Verdict.TemplateId, new CriticalTemplate(record));
            }
            else
            {
                IsCut = true;
            }
        }
    }

    static void Sum(long[] to, long[] from)
    {
        for (int i = 0; i < to.Length; i++)
        {
            to[i] += from[i];
        }
    }
}

/// <summary>Critical records with the same normalised text.</summary>
/// <param name="example">The first of them.</param>
sealed class CriticalTemplate(CriticalRecord example)
{
    public CriticalRecord Example { get; } = example;

    public long Count { get; set; } = 1;
}
