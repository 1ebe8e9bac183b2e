namespace Classifier.Caching;

/// <summary>A small number for each thread that counts something, so that it can have cells of its own in an array.</summary>
/// <remarks>Handed out once a process and not taken back: threads after the 63rd share number 0 and must write there with interlocked instructions.</remarks>
static class ThreadNumber
{
    public const int Shared = 0;
    public const int Count = 64;

    // 0: not asked yet; -1: none was left.
    [ThreadStatic]
    static int _number;
    static int _last;

    /// <summary>Of the calling thread: 1 to 63 for it alone, else <see cref="Shared"/>. Hot.</summary>
    public static int Current => _number > 0 ? _number : CurrentCore();

    static int CurrentCore()
    {
        if (_number == 0)
        {
            int number = Interlocked.Increment(ref _last);
            _number = number < Count ? number : -1;
        }

        return Math.Max(_number, Shared);
    }
}
