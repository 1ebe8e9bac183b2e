using System.Net.Sockets;
using System.Text;
using EndToEnd.Tests.Harness;
using Tests.Shared;

namespace EndToEnd.Tests;

public sealed class SystemdTests
{
    [Fact]
    public async Task Run_UnderAServiceManager_TellsReadyAliveReloadingAndStopping()
    {
        using TemporaryFolder folder = new();
        using Socket manager = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.Bind(new UnixDomainSocketEndPoint(folder.File("notify")));
        await using CollectorProcess collector = await CollectorProcess.StartAsync(folder: folder, environment: new Dictionary<string, string>
        {
            ["NOTIFY_SOCKET"] = folder.File("notify"),
            ["WATCHDOG_USEC"] = "200000",
        });

        Assert.Equal("READY=1", await NextAsync(manager));
        Assert.Equal("WATCHDOG=1", await NextAsync(manager));
        collector.Program.Signal(1);
        Assert.Matches(@"^RELOADING=1\nMONOTONIC_USEC=\d+$", await NextStateAsync(manager));
        Assert.Equal("READY=1", await NextStateAsync(manager));
        Task<int> stop = collector.Program.StopAsync();
        Assert.Equal("STOPPING=1", await NextStateAsync(manager));
        Assert.Equal(0, await stop);
    }

    static async Task<string> NextStateAsync(Socket manager)
    {
        string state;
        do
        {
            state = await NextAsync(manager);
        }
        while (state == "WATCHDOG=1");

        return state;
    }

    static async Task<string> NextAsync(Socket manager)
    {
        using CancellationTokenSource deadline = new(Patience.Long);
        byte[] buffer = new byte[256];
        return Encoding.UTF8.GetString(buffer, 0, await manager.ReceiveAsync(buffer, deadline.Token));
    }
}
