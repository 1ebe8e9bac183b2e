using System.CommandLine;
using System.Net;
using Collector.Configuration;

namespace Collector.Commands;

/// <summary><c>collector healthcheck</c>: asks the running collector whether it is ready. For images that have no shell and no curl.</summary>
static class HealthcheckCommand
{
    /// <summary>Bytes of an answer that are shown; the rest is not read.</summary>
    const int AnswerBytesMax = 4096;

    static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(2);

    static Option<string?> Url { get; } = new("--url")
    {
        Description = "Ask this address instead of the one in the configuration.",
        HelpName = "url",
    };

    public static Command Create(CommandIo io)
    {
        Command command = new("healthcheck", "Ask the running collector whether it is ready; exit code 0 when it is, 1 when not.") { Options = { Url } };
        command.SetAction((result, cancellationToken) => ExecuteAsync(result, io, cancellationToken));
        return command;
    }

    static async Task<int> ExecuteAsync(ParseResult result, CommandIo io, CancellationToken cancellationToken)
    {
        string? url = result.GetValue(Url);
        if (url is null)
        {
            if (ConfigOption.Load(result, io) is not { Options: { } options })
            {
                return ExitCodes.Usage;
            }

            if (options.Http.Listen is not { } listen)
            {
                await io.Error.WriteLineAsync("http.listen is off, so there is nobody to ask; name one with --url");
                return ExitCodes.Failed;
            }

            url = $"http://{Reachable(listen)}/readyz";
        }

        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https"))
        {
            await io.Error.WriteLineAsync($"--url: {SettingText.Quoted(SettingText.Printable(url))} is no http address");
            return ExitCodes.Usage;
        }

        return await AskAsync(address, io, cancellationToken);
    }

    /// <summary>Where a listener on all addresses is reached from this host.</summary>
    public static IPEndPoint Reachable(IPEndPoint listen) => new(
        listen.Address.Equals(IPAddress.Any) ? IPAddress.Loopback : listen.Address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : listen.Address,
        listen.Port);

    static async Task<int> AskAsync(Uri address, CommandIo io, CancellationToken cancellationToken)
    {
        // http_proxy of the container must not send the question elsewhere.
        using SocketsHttpHandler handler = new() { UseProxy = false, AllowAutoRedirect = false };
        using HttpClient client = new(handler);
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(TimeMax);
        try
        {
            using HttpResponseMessage response = await client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
            byte[] body = new byte[AnswerBytesMax];
            await using Stream stream = await response.Content.ReadAsStreamAsync(deadline.Token);
            int length = await stream.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, deadline.Token);
            if (response.StatusCode == HttpStatusCode.OK)
            {
                await io.Output.WriteLineAsync("ready");
                return ExitCodes.Fine;
            }

            string text = SettingText.Printable(System.Text.Encoding.UTF8.GetString(body, 0, length).Trim());
            await io.Error.WriteLineAsync($"{address} answers {(int)response.StatusCode}: {text}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            await io.Error.WriteLineAsync($"{address} did not answer in {TimeMax.TotalSeconds} s");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            await io.Error.WriteLineAsync($"{address} cannot be asked: {SettingText.Printable(e.GetBaseException().Message)}");
        }

        return ExitCodes.Failed;
    }
}
