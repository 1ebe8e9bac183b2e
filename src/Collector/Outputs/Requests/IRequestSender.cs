namespace Collector.Outputs.Requests;

/// <summary>Brings requests to the far side and says what it answered. Used by one task.</summary>
interface IRequestSender : IDisposable
{
    /// <param name="body">Not compressed; read only until the answer.</param>
    /// <param name="records">How many it holds.</param>
    /// <param name="cancellationToken">Cancelled when the grace period of a stop ends.</param>
    Task<SendOutcome> SendAsync(ReadOnlyMemory<byte> body, int records, CancellationToken cancellationToken);
}
