using System.Net.Sockets;

namespace Tests.Shared;

/// <summary>What every stand-in server does around its connections.</summary>
static class AcceptLoop
{
    /// <summary>Serves each connection beside the others until the listener ends; ends when the last one has.</summary>
    /// <param name="listener">Started.</param>
    /// <param name="serve">Owns its client; ends soon after <paramref name="stop"/>.</param>
    /// <param name="stop">Ends the accepting.</param>
    public static async Task RunAsync(TcpListener listener, Func<TcpClient, Task> serve, CancellationToken stop)
    {
        List<Task> connections = [];
        try
        {
            while (true)
            {
                connections.Add(serve(await listener.AcceptTcpClientAsync(stop)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
            await Task.WhenAll(connections);
        }
    }
}
