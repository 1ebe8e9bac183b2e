using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Collector.Configuration;
using Collector.Status;

namespace Collector.Commands.Templates;

/// <summary><c>collector templates</c>: asks the running collector what its logs are made of.</summary>
static class TemplatesCommand
{
    /// <summary>An answer of <see cref="TemplatesJson.LimitMax"/> templates whose examples are all escapes.</summary>
    const int AnswerBytesMax = 16 * 1024 * 1024;

    // A million templates are looked through in some 100 ms.
    static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(10);

    static Option<string?> Address { get; } = new("--address")
    {
        Description = "Ask this host and port instead of status.listen in the configuration.",
        HelpName = "host:port",
    };

    static Option<int> Limit { get; } = new("--limit")
    {
        Description = "Templates to show, most frequent first.",
        HelpName = "count",
        DefaultValueFactory = _ => TemplatesJson.LimitDefault,
    };

    static Option<bool> Json { get; } = new("--json") { Description = "One JSON line for each template." };

    public static Command Create(CommandIo io)
    {
        Command command = new("templates", "List what the running collector's logs are made of, most frequent first, with the verdict on each.")
        {
            Options = { Address, Limit, Json },
        };
        Limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > TemplatesJson.LimitMax)
            {
                result.AddError($"--limit must be 1 to {TemplatesJson.LimitMax}");
            }
        });
        command.SetAction((result, cancellationToken) => ExecuteAsync(result, io, cancellationToken));
        return command;
    }

    static async Task<int> ExecuteAsync(ParseResult result, CommandIo io, CancellationToken cancellationToken)
    {
        string? host = result.GetValue(Address);
        if (host is null)
        {
            if (ConfigOption.Load(result, io) is not { Options: { } options })
            {
                return ExitCodes.Usage;
            }

            if (options.Status.Listen is not { } listen)
            {
                await io.Error.WriteLineAsync("status.listen is off, so there is nobody to ask; name one with --address");
                return ExitCodes.Failed;
            }

            host = HealthcheckCommand.Reachable(listen).ToString();
        }

        string query = result.GetValue(Limit).ToString(CultureInfo.InvariantCulture);
        if (!Uri.TryCreate($"http://{host}/api/templates?limit={query}", UriKind.Absolute, out Uri? address) || address.AbsolutePath != "/api/templates")
        {
            await io.Error.WriteLineAsync($"--address: {SettingText.Quoted(SettingText.Printable(host))} is no host:port");
            return ExitCodes.Usage;
        }

        if (await AskAsync(address, io, cancellationToken) is not { } answer)
        {
            return ExitCodes.Failed;
        }

        using (answer)
        {
            try
            {
                TemplatesReport.Write(io, answer.RootElement.GetProperty("templates"), result.GetValue(Json));
                return ExitCodes.Fine;
            }
            catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException)
            {
                await io.Error.WriteLineAsync($"{address} does not answer as a collector does");
                return ExitCodes.Failed;
            }
        }
    }

    static async Task<JsonDocument?> AskAsync(Uri address, CommandIo io, CancellationToken cancellationToken)
    {
        // http_proxy of the environment must not send the question elsewhere.
        using SocketsHttpHandler handler = new() { UseProxy = false, AllowAutoRedirect = false };
        using HttpClient client = new(handler) { MaxResponseContentBufferSize = AnswerBytesMax, Timeout = TimeMax };
        try
        {
            using HttpResponseMessage response = await client.GetAsync(address, cancellationToken);
            if (response.StatusCode == HttpStatusCode.OK)
            {
                return JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken));
            }

            await io.Error.WriteLineAsync($"{address} answers {(int)response.StatusCode}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            await io.Error.WriteLineAsync($"{address} did not answer in {TimeMax.TotalSeconds} s");
        }
        catch (JsonException)
        {
            await io.Error.WriteLineAsync($"{address} does not answer as a collector does");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            await io.Error.WriteLineAsync($"{address} cannot be asked: {SettingText.Printable(e.GetBaseException().Message)}");
        }

        return null;
    }
}
