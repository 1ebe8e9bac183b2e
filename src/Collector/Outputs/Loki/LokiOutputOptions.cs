using Collector.Outputs.Formats;
using Collector.Outputs.Requests;
using Receivers;

namespace Collector.Outputs.Loki;

/// <summary>Which door of Loki is used.</summary>
enum LokiApi
{
    /// <summary>Loki 3 and later.</summary>
    Otlp,

    /// <summary>Every Loki, and what else speaks its push API.</summary>
    Push,
}

/// <summary>Settings under <c>outputs.loki</c>. Equal when nothing was changed.</summary>
/// <param name="Api">The door.</param>
/// <param name="Address">Of a request, with its path.</param>
/// <param name="Tenant">Value of <c>X-Scope-OrgID</c>; empty for none.</param>
/// <param name="Format">What the line of a pushed record is.</param>
/// <param name="OriginsMax">Pairs of app and host that have labels of their own.</param>
/// <param name="Target">The rest.</param>
sealed record LokiOutputOptions(LokiApi Api, Uri Address, string Tenant, LineFormat Format, int OriginsMax, HttpTargetOptions Target)
{
    const string OtlpBase = "/otlp";
    const string PushPath = "/loki/api/v1/push";

    static readonly string[] Apis = ["otlp", "push"];

    public static LokiOutputOptions Read(OptionsReader options)
    {
        LokiApi api = (LokiApi)options.Choice(
            "api", 0, Apis, "`otlp` is Loki's OTLP endpoint, with structured metadata for all fields; `push` its own API, for a Loki before version 3.");
        HttpTargetOptions target = HttpTargetOptions.Read(options, new HttpTargetOptions(), null, "Address of Loki without a path, such as `http://loki:3100`.");
        string tenant = options.Text("tenant", null, "Tenant, sent as `X-Scope-OrgID`.") ?? "";
        if (tenant.Any(c => c is <= ' ' or > '~'))
        {
            options.Mistake("tenant", "holds a blank or another character that no tenant has");
        }

        LineFormat format = (LineFormat)options.Choice(
            "format", (int)LineFormat.Text, RecordLine.Words, "With `push`: the line is the text of the record, all of it as JSON, or what the sender sent.");
        int origins = (int)options.Number(
            "origins_max", 1000, 1, 100_000, "With `push`: pairs of app and host that get labels of their own; those beyond share `other`, and keep their names in the structured metadata.");
        return new LokiOutputOptions(api, AddressOf(api, target), tenant, format, origins, target);
    }

    static Uri AddressOf(LokiApi api, HttpTargetOptions target)
    {
        string path = target.Endpoint.AbsolutePath.TrimEnd('/');
        foreach (string known in (string[])[OtlpBase + Otlp.OtlpOutputOptions.LogsPath, OtlpBase, PushPath])
        {
            if (path.EndsWith(known, StringComparison.Ordinal))
            {
                path = path[..^known.Length];
                break;
            }
        }

        return new Uri(target.Endpoint, path + (api == LokiApi.Otlp ? OtlpBase + Otlp.OtlpOutputOptions.LogsPath : PushPath));
    }
}
