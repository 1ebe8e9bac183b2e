namespace Receivers;

/// <summary>Marks the batches whose records have to leave in the order in which they came: one for each connection.</summary>
/// <remarks>
/// Made by the sink, which keeps in it what it needs to know. Batches are in the order in which they were posted. Nothing has to be closed: it ends with
/// the connection and the last batch that names it.
/// </remarks>
public class RecordLane;
