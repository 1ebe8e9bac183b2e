namespace Classifier.Normalizing;

/// <summary>The part of the normaliser that has a version for each vector width: 64 bytes at a time, all answers as masks, lowest bit first.</summary>
interface IWindowScan
{
    /// <summary>Bytes of a window.</summary>
    const int Length = 64;

    /// <summary>Classes of 64 bytes, and the bytes with rules a and b done (lower case, controls to spaces; runs stay).</summary>
    /// <param name="source">64 bytes and the one before them can be read.</param>
    /// <param name="lowered">Receives 64 bytes.</param>
    /// <param name="masks">The classes.</param>
    static abstract void Scan(ref byte source, ref byte lowered, out WindowMasks masks);

    /// <summary>Classes that only words with digits ask for.</summary>
    /// <param name="lowered">64 bytes from <see cref="Scan"/>.</param>
    /// <param name="masks">The classes.</param>
    static abstract void ScanNumbers(ref byte lowered, out NumberMasks masks);

    /// <summary>Writes <c>#</c> and <c>0</c> where the masks say so.</summary>
    static abstract void Substitute(ref byte lowered, ulong marks, ulong zeros);
}
