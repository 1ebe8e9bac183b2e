using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Channels;
using Tests.Shared;

namespace Collector.Tests.Alerts.Email;

/// <summary>A mail server on loopback: STARTTLS or TLS with a certificate of its own, login, and a mailbox to read.</summary>
sealed class MailServer : IDisposable
{
    public const string User = "collector";
    public const string Password = "p\u00e4ss w\"ord";

    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly Channel<string> _mailbox = Channel.CreateUnbounded<string>();
    readonly CancellationTokenSource _stop = new();
    readonly X509Certificate2 _certificate;
    readonly Task _task;

    public MailServer()
    {
        _certificate = MakeCertificate();
        _listener.Start();
        _task = Task.Run(RunAsync);
    }

    /// <summary>Subject of the last client's certificate; empty for none.</summary>
    public string Client { get; private set; } = "";

    /// <summary>TLS from the first byte.</summary>
    public bool IsTls { get; init; }

    /// <summary>STARTTLS is on offer.</summary>
    public bool OffersStartTls { get; init; } = true;

    /// <summary>Answer to the end of the data, before the last one that takes it.</summary>
    public Queue<string> Answers { get; } = [];

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string AuthorityPem => _certificate.ExportCertificatePem();

    /// <summary>Everything that clients said, TLS or not.</summary>
    public StringBuilder Plain { get; } = new();

    /// <summary>The next mail as it came.</summary>
    public async Task<string> NextAsync()
    {
        using CancellationTokenSource deadline = new(Patience.Long);
        return await _mailbox.Reader.ReadAsync(deadline.Token);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        _task.GetAwaiter().GetResult();
        _certificate.Dispose();
        _stop.Dispose();
    }

    static X509Certificate2 MakeCertificate()
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    async Task RunAsync()
    {
        try
        {
            while (true)
            {
                using TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
                try
                {
                    await ServeAsync(client.GetStream());
                }
                catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
                {
                    // The client has gone.
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
        }
    }

    async Task ServeAsync(Stream stream)
    {
        bool isSafe = IsTls;
        if (IsTls)
        {
            stream = await SecureAsync(stream);
        }

        await SayAsync(stream, "220 test");
        while (await ReadLineAsync(stream) is { } line)
        {
            if (!isSafe)
            {
                Plain.AppendLine(line);
            }

            switch (line.Split(' ')[0].ToUpperInvariant())
            {
                case "EHLO":
                    await SayAsync(stream, $"250-test\r\n250-8BITMIME\r\n{(OffersStartTls && !isSafe ? "250-STARTTLS\r\n" : "")}250 AUTH PLAIN");
                    break;
                case "STARTTLS":
                    await SayAsync(stream, "220 go");
                    stream = await SecureAsync(stream);
                    isSafe = true;
                    break;
                case "AUTH":
                    string given = Encoding.UTF8.GetString(Convert.FromBase64String(line.Split(' ')[2]));
                    await SayAsync(stream, given == $"\0{User}\0{Password}" ? "235 ok" : "535 5.7.8 no");
                    break;
                case "DATA":
                    await SayAsync(stream, "354 go");
                    await TakeAsync(stream);
                    break;
                case "QUIT":
                    await SayAsync(stream, "221 bye");
                    return;
                default:
                    await SayAsync(stream, "250 ok");
                    break;
            }
        }
    }

    async Task TakeAsync(Stream stream)
    {
        StringBuilder mail = new();
        while (await ReadLineAsync(stream) is { } line && line != ".")
        {
            mail.Append(line.StartsWith('.') ? line[1..] : line).Append('\n');
        }

        if (Answers.TryDequeue(out string? answer))
        {
            await SayAsync(stream, answer);
            return;
        }

        _mailbox.Writer.TryWrite(mail.ToString());
        await SayAsync(stream, "250 2.0.0 queued as 42");
    }

    async Task<Stream> SecureAsync(Stream stream)
    {
        SslStream secure = new(stream);
        await secure.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificate = _certificate,
                ClientCertificateRequired = true,
                RemoteCertificateValidationCallback = (_, client, _, _) =>
                {
                    Client = client?.Subject ?? "";
                    return client is null || Client.Length > 0;
                },
            },
            _stop.Token);
        return secure;
    }

    async Task SayAsync(Stream stream, string text) => await stream.WriteAsync(Encoding.UTF8.GetBytes(text + "\r\n"), _stop.Token);

    async Task<string?> ReadLineAsync(Stream stream)
    {
        List<byte> line = [];
        byte[] one = new byte[1];
        while (await stream.ReadAsync(one, _stop.Token) == 1)
        {
            if (one[0] == '\n')
            {
                return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
            }

            line.Add(one[0]);
        }

        return null;
    }
}
