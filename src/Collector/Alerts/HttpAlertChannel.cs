using System.Buffers;
using Collector.Outputs;
using Collector.Outputs.Formats;

namespace Collector.Alerts;

/// <summary>A channel that is no more than a payload, posted to an address.</summary>
/// <param name="http">Owned.</param>
/// <param name="write">Writes a notice as the body of a request.</param>
sealed class HttpAlertChannel(AlertHttp http, Action<IBufferWriter<byte>, AlertNotice> write) : IAlertChannel
{
    readonly PayloadBuffer _body = new();

    public bool GroupsItself { get; init; }

    public bool TellsRecovery { get; init; }

    public void Start() => http.Start();

    public Task<SendOutcome> SendAsync(AlertNotice notice, CancellationToken cancellationToken)
    {
        _body.Clear();
        write(_body, notice);
        return http.PostAsync(_body.Memory, null, cancellationToken);
    }

    public void Dispose()
    {
        http.Dispose();
        _body.Dispose();
    }
}
