using Classifier.Caching;

namespace Classifier.Inference;

/// <summary>Remembers the last texts that were turned away, so that one that comes again can be told from one that does not.</summary>
/// <remarks>65,536 fingerprints, one place each: at 100,000 new lines a second a text is remembered for about half a second. Used under the queue's lock.</remarks>
sealed class SeenBefore
{
    const int Places = 65_536;

    uint[]? _fingerprints;

    /// <summary>Whether the text was here lately; it is from now on.</summary>
    public bool CheckAndAdd(in TemplateKey key)
    {
        _fingerprints ??= new uint[Places];
        ref uint place = ref _fingerprints[key.Low % Places];
        uint fingerprint = (uint)(key.High >> 32) | 1;
        bool isSeen = place == fingerprint;
        place = fingerprint;
        return isSeen;
    }
}
