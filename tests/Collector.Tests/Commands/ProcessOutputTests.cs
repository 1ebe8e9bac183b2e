using System.IO.Pipes;
using Collector.Commands;

namespace Collector.Tests.Commands;

public sealed class ProcessOutputTests
{
    [Fact]
    public async Task Write_Pipe_ArrivesWhole()
    {
        using AnonymousPipeServerStream reader = new(PipeDirection.In);
        // More than a pipe holds, so that writes are partial.
        byte[] sent = new byte[1_000_000];
        new Random(1).NextBytes(sent);
        int descriptor = (int)reader.ClientSafePipeHandle.DangerousGetHandle();
        Task writing = Task.Run(() => new ProcessOutput(descriptor).Write(sent));
        byte[] received = new byte[sent.Length];
        await reader.ReadExactlyAsync(received);
        await writing;
        Assert.Equal(sent, received);
    }

    [Fact]
    public void Write_ReaderGone_Throws()
    {
        AnonymousPipeServerStream reader = new(PipeDirection.In);
        using AnonymousPipeClientStream writer = new(PipeDirection.Out, reader.GetClientHandleAsString());
        reader.Dispose();
        IOException e = Assert.Throws<IOException>(() => new ProcessOutput((int)writer.SafePipeHandle.DangerousGetHandle()).Write("x"u8));
        Assert.Contains("roken pipe", e.Message, StringComparison.Ordinal);
    }
}
