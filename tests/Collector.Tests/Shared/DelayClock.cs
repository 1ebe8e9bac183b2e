using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace Collector.Tests.Shared;

/// <summary>A clock that is moved by hand and tells how long somebody wants to wait, once he waits.</summary>
sealed class DelayClock : FakeTimeProvider
{
    readonly Channel<TimeSpan> _delays = Channel.CreateUnbounded<TimeSpan>();

    public ChannelReader<TimeSpan> Delays => _delays.Reader;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ITimer timer = base.CreateTimer(callback, state, dueTime, period);
        _delays.Writer.TryWrite(dueTime);
        return timer;
    }
}
