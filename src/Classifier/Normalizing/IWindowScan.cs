namespace Classifier.Normalizing;

/// <summary>The part of the normaliser that has a version for each vector width: 64 bytes at a time, all answers as masks, lowest bit first.</summary>
interface IWindowScan
{
    /// <summary>Bytes of a window.</summary>
    const int Length = 64;

    /// <summary>Bytes that <see cref="Scan"/> reads: a window and the byte behind it.</summary>
    const int ReadLength = Length + 1;

    /// <summary>Classes of 64 bytes, and the bytes with rules a and b done (lower case, controls to spaces; runs stay).</summary>
    /// <param name="source"><see cref="ReadLength"/> bytes can be read.</param>
    /// <param name="lowered">Receives 64 bytes.</param>
    /// <param name="masks">The classes.</param>
    static abstract void Scan(ref byte source, ref byte lowered, out WindowMasks masks);

    /// <summary>Classes that only words with digits ask for.</summary>
    /// <param name="lowered">64 bytes from <see cref="Scan"/>.</param>
    /// <param name="masks">The classes.</param>
    static abstract void ScanNumbers(ref byte lowered, out NumberMasks masks);

    /// <summary>The places of one character: for rare questions.</summary>
    /// <param name="lowered">64 bytes from <see cref="Scan"/>.</param>
    /// <param name="c">ASCII.</param>
    static abstract ulong ScanFor(ref byte lowered, char c);

    /// <summary>Writes <c>#</c> and <c>0</c> where the masks say so.</summary>
    static abstract void Substitute(ref byte lowered, ulong marks, ulong zeros);

    /// <summary>Copies 64 bytes.</summary>
    static abstract void Copy(ref byte lowered, ref byte target);

    /// <summary>Copies the bytes whose bits are set.</summary>
    /// <param name="lowered">64 bytes.</param>
    /// <param name="kept">The bytes that stay.</param>
    /// <param name="target">Room for 64 bytes, whatever stays.</param>
    /// <returns>Bytes that stayed.</returns>
    static abstract int Compact(ref byte lowered, ulong kept, ref byte target);
}
