using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Channels;
using Tests.Shared;

namespace Collector.Tests.Shared;

/// <summary>A request as it came.</summary>
/// <param name="Line">The first line.</param>
/// <param name="Headers">By name.</param>
/// <param name="Body">As sent.</param>
/// <param name="At">Timestamp of its end, before any answer.</param>
sealed record ScriptedRequest(string Line, IReadOnlyDictionary<string, string> Headers, byte[] Body, long At)
{
    public string Text => Encoding.UTF8.GetString(Body);
}

/// <summary>An HTTP server on loopback that answers by script; after the end of the script, as the last line says.</summary>
sealed class ScriptedServer : IDisposable
{
    /// <summary>Does not answer.</summary>
    public const string Hang = "hang";

    /// <summary>Before a line of the script: answers so after a third of a second.</summary>
    public const string Slow = "slow ";

    /// <summary>Ends the connection with a reset.</summary>
    public const string Reset = "reset";

    /// <summary>Ends the connection in the middle of the answer.</summary>
    public const string Half = "half";

    /// <summary>Answers with 1 GiB, as far as it is read.</summary>
    public const string Huge = "huge";

    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly Channel<ScriptedRequest> _requests = Channel.CreateUnbounded<ScriptedRequest>();
    readonly CancellationTokenSource _stop = new();
    readonly string[] _script;
    readonly Task _task;
    int _answered;
    long _hugeBytes;

    /// <param name="script">A constant of this class, or <c>STATUS[ HEADER: VALUE]|BODY</c> such as <c>429 Retry-After: 1|slow down</c>.</param>
    public ScriptedServer(params string[] script)
    {
        _script = script;
        _listener.Start();
        _task = Task.Run(() => AcceptLoop.RunAsync(_listener, ServeAsync, _stop.Token));
    }

    /// <summary>For https; may be changed for the next connections.</summary>
    public X509Certificate2? Certificate { get; set; }

    /// <summary>Refuses clients that show no certificate; takes any.</summary>
    public bool WantsClient { get; init; }

    /// <summary>Subject of the last client's certificate; empty for none.</summary>
    public string Client { get; private set; } = "";

    public string Address => Certificate is null ? $"http://127.0.0.1:{Port}" : $"https://localhost:{Port}";

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Requests so far.</summary>
    public int Count => Volatile.Read(ref _answered);

    /// <summary>Bytes of a huge answer that found room on their way.</summary>
    public long HugeBytes => Interlocked.Read(ref _hugeBytes);

    /// <summary>The next request.</summary>
    public async Task<ScriptedRequest> NextAsync(double seconds = 60)
    {
        using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(seconds));
        return await _requests.Reader.ReadAsync(deadline.Token);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        _task.GetAwaiter().GetResult();
        _stop.Dispose();
    }

    async Task ServeAsync(TcpClient client)
    {
        using TcpClient owned = client;
        try
        {
            await using Stream stream = await OpenAsync(client.GetStream());
            while (await ReadAsync(stream) is { } request)
            {
                string answer = _script[Math.Min(Interlocked.Increment(ref _answered) - 1, _script.Length - 1)];
                _requests.Writer.TryWrite(request);
                switch (answer)
                {
                    case Hang:
                        await Task.Delay(Timeout.Infinite, _stop.Token);
                        return;
                    case Reset:
                        client.LingerState = new LingerOption(true, 0);
                        return;
                    case Half:
                        await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"u8.ToArray(), _stop.Token);
                        return;
                    case Huge:
                        await WriteHugeAsync(stream);
                        return;
                    default:
                        if (answer.StartsWith(Slow, StringComparison.Ordinal))
                        {
                            await Task.Delay(333, _stop.Token);
                        }

                        await stream.WriteAsync(Encode(answer.StartsWith(Slow, StringComparison.Ordinal) ? answer[Slow.Length..] : answer), _stop.Token);
                        break;
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or AuthenticationException)
        {
        }
    }

    async Task<Stream> OpenAsync(NetworkStream plain)
    {
        if (Certificate is null)
        {
            return plain;
        }

        SslStream secure = new(plain);
        await secure.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificate = Certificate,
                ClientCertificateRequired = WantsClient,
                RemoteCertificateValidationCallback = (_, client, _, _) =>
                {
                    Client = client?.Subject ?? "";
                    return client is not null || !WantsClient;
                },
            },
            _stop.Token);
        return secure;
    }

    async Task WriteHugeAsync(Stream stream)
    {
        const long Bytes = 1L << 30;
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: {Bytes}\r\n\r\n"), _stop.Token);
        byte[] piece = new byte[64 * 1024];
        for (long sent = 0; sent < Bytes; sent += piece.Length)
        {
            await stream.WriteAsync(piece, _stop.Token);
            Interlocked.Add(ref _hugeBytes, piece.Length);
        }
    }

    static byte[] Encode(string answer)
    {
        string[] parts = answer.Split('|', 2);
        string[] head = parts[0].Split(' ', 2);
        string body = parts.Length > 1 ? parts[1] : "";
        string header = head.Length > 1 ? head[1] + "\r\n" : "";
        string length = head[0] == "204" ? "" : $"Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n";
        return Encoding.UTF8.GetBytes($"HTTP/1.1 {head[0]} Scripted\r\n{header}{length}\r\n{body}");
    }

    async Task<ScriptedRequest?> ReadAsync(Stream stream)
    {
        List<byte> bytes = [];
        byte[] buffer = new byte[64 * 1024];
        int end;
        while ((end = Encoding.Latin1.GetString([.. bytes]).IndexOf("\r\n\r\n", StringComparison.Ordinal)) < 0)
        {
            int read = await stream.ReadAsync(buffer, _stop.Token);
            if (read == 0)
            {
                return null;
            }

            bytes.AddRange(buffer[..read]);
        }

        string[] lines = Encoding.Latin1.GetString([.. bytes], 0, end).Split("\r\n");
        Dictionary<string, string> headers = lines.Skip(1).ToDictionary(l => l.Split(": ", 2)[0], l => l.Split(": ", 2)[1], StringComparer.OrdinalIgnoreCase);
        int length = headers.TryGetValue("Content-Length", out string? text) ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : 0;
        while (bytes.Count < end + 4 + length)
        {
            int read = await stream.ReadAsync(buffer, _stop.Token);
            if (read == 0)
            {
                return null;
            }

            bytes.AddRange(buffer[..read]);
        }

        return new ScriptedRequest(lines[0], headers, [.. bytes.Skip(end + 4).Take(length)], Stopwatch.GetTimestamp());
    }
}
