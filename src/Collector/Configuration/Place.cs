namespace Collector.Configuration;

/// <summary>Where something stands in the configuration file.</summary>
/// <param name="Line">From 1; 0 for the file as a whole.</param>
/// <param name="Column">From 1, in characters.</param>
readonly record struct Place(int Line, int Column);
