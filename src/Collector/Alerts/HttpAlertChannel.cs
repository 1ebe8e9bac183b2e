using System.Buffers;
using Collector.Outputs;
using Collector.Outputs.Formats;

namespace Collector.Alerts;

/// <summary>A channel that is no more than a payload, posted to an address.</summary>
sealed class HttpAlertChannel(string address, Action<IBufferWriter<byte>, AlertNotice> write, OutputContext context) : IAlertChannel
{
    readonly AlertHttp _http = new(address, context.Time);
    readonly PayloadBuffer _body = new();

    public bool GroupsItself { get; init; }

    public bool TellsRecovery { get; init; }

    public Task<SendOutcome> SendAsync(AlertNotice notice, CancellationToken cancellationToken)
    {
        _body.Clear();
        write(_body, notice);
        return _http.PostAsync(_body.Memory, null, cancellationToken);
    }

    public void Dispose()
    {
        _http.Dispose();
        _body.Dispose();
    }
}
