namespace Collector.Alerts;

/// <summary>What all alert channels share: the lines before a record and the words that carried a verdict.</summary>
/// <param name="Lines">Null: none are kept.</param>
/// <param name="Words">Null: they are not looked for.</param>
sealed record AlertEvidence(RecentLines? Lines, AlertWords? Words);
