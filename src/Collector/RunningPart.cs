using Collector.Configuration;

namespace Collector;

/// <summary>A receiver or an output that runs.</summary>
/// <param name="Plan">What made it, and would make it again.</param>
/// <param name="Settings">Those that it was made from: a reload compares.</param>
/// <param name="Part">Itself.</param>
sealed record RunningPart<TPlan, TPart>(TPlan Plan, SettingGroup Settings, TPart Part);
