using System.Net.Sockets;

namespace Receivers.Tests.Syslog;

/// <summary>Alone, after the parallel tests: the memory measured is the whole process's.</summary>
[Collection(Alone.Name)]
public sealed class EndlessFrameTests
{
    /// <summary>P5: a delimiter that never comes, 1 GiB of it: the frame's limit is kept and no more memory, then the stream is in step again.</summary>
    [Fact]
    public async Task Connection_WithoutDelimiter_IsOneTruncatedRecordAndInStepAgain()
    {
        const int Chunks = 1024;
        await using SyslogReceiverFixture fixture = await SyslogReceiverFixture.StartAsync();
        using Socket socket = await fixture.ConnectAsync();
        byte[] chunk = new byte[1024 * 1024];
        chunk.AsSpan().Fill((byte)'x');
        long before = GC.GetTotalMemory(forceFullCollection: true), most = 0;
        for (int i = 0; i < Chunks; i++)
        {
            for (int sent = 0; sent < chunk.Length;)
            {
                sent += await socket.SendAsync(chunk.AsMemory(sent));
            }

            most = i % 64 == 63 ? Math.Max(most, GC.GetTotalMemory(forceFullCollection: true)) : most;
        }

        await SyslogReceiverFixture.SendAsync(socket, "\n<13>in step\n");
        IReadOnlyList<Gathered> records = await fixture.Sink.WaitForAsync(2);
        Assert.Equal((65_536, "in step"), (records[0].Original.Length, records[1].Body));
        Assert.True((records[0].Marks & ParseMarks.Truncated) != 0);
        Assert.InRange(most - before, long.MinValue, 32 * 1024 * 1024);
    }
}
