namespace Collector.Outputs.Spooling;

/// <summary>What stands before the records of a block.</summary>
/// <param name="PayloadBytes">Bytes that follow the header.</param>
/// <param name="Records">Records in them.</param>
/// <param name="Owned">How many of them are in the ledger on the account of this spool: the others are on that of another output.</param>
/// <param name="PayloadHash">Of what follows.</param>
readonly record struct BlockHeader(int PayloadBytes, int Records, int Owned, ulong PayloadHash)
{
    public int TotalBytes => SpoolFormat.BlockHeaderBytes + PayloadBytes;
}
