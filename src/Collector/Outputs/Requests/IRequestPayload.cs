using Collector.Outputs.Formats;
using Collector.Pipeline;

namespace Collector.Outputs.Requests;

/// <summary>Records to the bytes of a request. Touches no socket and no clock. Used by one task.</summary>
interface IRequestPayload : IDisposable
{
    /// <summary>Appends a request with as many of the records as its size allows, from the first on.</summary>
    /// <param name="to">Empty; grows as needed.</param>
    /// <param name="batch">Read only.</param>
    /// <param name="selected">Indices of the records; never empty.</param>
    RequestPart Write(PayloadBuffer to, ClassifiedBatch batch, ReadOnlySpan<int> selected);
}

/// <summary>What a request holds.</summary>
/// <param name="Taken">Records that are done with it, at least one: written or too large.</param>
/// <param name="Written">Records in the request; 0: there is nothing to send.</param>
/// <param name="TooLarge">Records that alone are larger than a request may be: the first of those taken.</param>
readonly record struct RequestPart(int Taken, int Written, int TooLarge);
