namespace Tests.Shared;

/// <summary>How long tests wait for what has to come. A test that passes never waits so long, so it may be more than a stalled machine needs.</summary>
static class Patience
{
    public static readonly TimeSpan Long = TimeSpan.FromSeconds(60);
}
