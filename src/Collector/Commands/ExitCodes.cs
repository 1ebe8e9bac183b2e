namespace Collector.Commands;

/// <summary>What the process tells its caller.</summary>
static class ExitCodes
{
    public const int Fine = 0;

    /// <summary>It tried and could not.</summary>
    public const int Failed = 1;

    /// <summary>It did not try: the command line or the configuration is wrong.</summary>
    public const int Usage = 2;
}
