using System.Runtime.InteropServices;
using static Receivers.Syslog.UdpInterop;

namespace Receivers.Syslog;

/// <summary>Lets a thread block on a socket and still be woken: an eventfd beside it.</summary>
sealed unsafe class WakeUp : IDisposable
{
    // Atomically readable; set once.
    volatile bool _isSet;
    int _file;

    public WakeUp()
    {
        _file = EventFd(0, 0);
        if (_file < 0)
        {
            throw new ReceiverStartException($"syslog cannot make an eventfd (error {Marshal.GetLastPInvokeError()}): raise the limit of open files");
        }
    }

    public bool IsSet => _isSet;

    /// <summary>From now on no wait blocks.</summary>
    public void Set()
    {
        _isSet = true;
        ulong one = 1;
        _ = Write(_file, &one, sizeof(ulong));
    }

    /// <summary>Blocks until the socket can be read or <see cref="Set"/> was called.</summary>
    public void WaitFor(int socket)
    {
        PollEntry* entries = stackalloc PollEntry[2];
        entries[0] = new PollEntry { File = _file, Asked = PollIn };
        entries[1] = new PollEntry { File = socket, Asked = PollIn };
        _ = Poll(entries, 2, -1);
    }

    /// <summary>Blocks for a time, or until <see cref="Set"/> was called.</summary>
    public void Rest(int milliseconds)
    {
        PollEntry entry = new() { File = _file, Asked = PollIn };
        _ = Poll(&entry, 1, milliseconds);
    }

    public void Dispose()
    {
        if (_file >= 0)
        {
            _ = Close(_file);
            _file = -1;
        }
    }
}
