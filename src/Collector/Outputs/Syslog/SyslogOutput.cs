using System.Net;
using Collector.Outputs.Formats;
using Collector.Outputs.Tls;
using Collector.Pipeline;

namespace Collector.Outputs.Syslog;

/// <summary>Records as RFC 5424 messages to a syslog server, with the sender's own priority, and the verdict in structured data.</summary>
/// <remarks>
/// Over TCP and TLS a batch counts as delivered when the kernel has all of it and the far side has not closed: the protocol has no acknowledgement. A
/// batch that met a broken connection is sent again whole, so some of it may arrive twice. Records that are in the kernels' buffers when a connection
/// breaks are lost unseen.
/// </remarks>
sealed class SyslogOutput : IOutput
{
    // A datagram socket never learns that a name has moved.
    static readonly TimeSpan LookUpAgainAfter = TimeSpan.FromMinutes(5);

    readonly SyslogOutputOptions _options;
    readonly TimeProvider _time;
    readonly SyslogMessage _message;
    readonly PayloadBuffer _buffer = new(16 * 1024);
    ISyslogLink? _link;
    long _openedAt;

    public SyslogOutput(string name, SyslogOutputOptions options, OutputContext context)
    {
        Name = name;
        _options = options;
        _time = context.Time;
        _message = new SyslogMessage(options.Format, options.HasBom);
    }

    public static OutputKind Kind { get; } = new OutputKind<SyslogOutputOptions>(
        "syslog",
        "A syslog server, RFC 5424 over UDP, TCP or TLS, with the verdict in structured data.",
        new OutputQueueOptions(),
        SyslogOutputOptions.Read,
        static (name, options, context) => new SyslogOutput(name, options, context));

    public string Name { get; }

    // A far side that is down is no reason not to start; a file that cannot be used is.
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (_options.Transport == SyslogTransport.Tls)
        {
            ClientTls.LoadAtStart(_options.Tls, Name);
        }

        return Task.CompletedTask;
    }

    public async ValueTask<SendOutcome> SendAsync(ClassifiedBatch batch, ReadOnlyMemory<int> selected, CancellationToken cancellationToken)
    {
        SendOutcome outcome;
        try
        {
            ISyslogLink link = await LinkAsync(cancellationToken).ConfigureAwait(false);
            int rejected = await WriteAsync(link, batch, selected, cancellationToken).ConfigureAwait(false);
            outcome = link.Check() is { } problem
                ? SendOutcome.Retry("closed", problem)
                : new SendOutcome(SendKind.Delivered, rejected, default, rejected > 0 ? "message_too_large" : "", rejected > 0 ? "the network carries no such datagram" : "");
        }
        catch (Exception e) when (SyslogFailure.IsOne(e))
        {
            outcome = SyslogFailure.Of(e);
        }
        catch (OperationCanceledException)
        {
            await DropLinkAsync().ConfigureAwait(false);
            throw;
        }

        if (outcome.Kind != SendKind.Delivered)
        {
            await DropLinkAsync().ConfigureAwait(false);
        }

        return outcome;
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await DropLinkAsync().ConfigureAwait(false);
        _buffer.Dispose();
    }

    /// <summary>A link that can be trusted as far as one can know: the old one, or a new one where the far side has closed it.</summary>
    async ValueTask<ISyslogLink> LinkAsync(CancellationToken cancellationToken)
    {
        bool isOld = _options.Transport == SyslogTransport.Udp && _time.GetElapsedTime(_openedAt) >= LookUpAgainAfter && !IPAddress.TryParse(_options.Host, out _);
        if (_link is not null && (isOld || _link.Check() is not null))
        {
            await DropLinkAsync().ConfigureAwait(false);
        }

        if (_link is null)
        {
            _link = _options.Transport == SyslogTransport.Udp
                ? await SyslogDatagrams.OpenAsync(_options, cancellationToken).ConfigureAwait(false)
                : await SyslogStream.ConnectAsync(_options, cancellationToken).ConfigureAwait(false);
            _openedAt = _time.GetTimestamp();
        }

        return _link;
    }

    /// <returns>How many records the network does not carry.</returns>
    async ValueTask<int> WriteAsync(ISyslogLink link, ClassifiedBatch batch, ReadOnlyMemory<int> selected, CancellationToken cancellationToken)
    {
        int rejected = 0;
        for (int i = 0; i < selected.Length; i++)
        {
            _buffer.Clear();
            _message.Write(_buffer, batch, selected.Span[i], link.MessageBytesMax);
            if (!await link.SendAsync(_buffer.Memory, cancellationToken).ConfigureAwait(false))
            {
                rejected++;
            }
        }

        await link.FlushAsync(cancellationToken).ConfigureAwait(false);
        return rejected;
    }

    async ValueTask DropLinkAsync()
    {
        ISyslogLink? link = _link;
        _link = null;
        if (link is not null)
        {
            await link.DisposeAsync().ConfigureAwait(false);
        }
    }
}
