using Collector.Outputs.Formats;
using Collector.Outputs.Tls;
using Receivers;

namespace Collector.Outputs.Kafka;

/// <summary>Settings of a kafka output.</summary>
sealed record KafkaOptions
{
    static readonly string[] AcksWords = ["all", "leader"];
    static readonly string[] Compressions = ["zstd", "lz4", "gzip", "snappy", "none"];
    static readonly string[] Transports = ["tcp", "tls"];
    static readonly string[] Mechanisms = ["none", "plain", "scram-sha-256", "scram-sha-512"];

    /// <summary>With commas between.</summary>
    public string Brokers { get; init; } = "";

    public string Topic { get; init; } = "";

    public LineFormat Format { get; init; }

    public bool IsIdempotent { get; init; } = true;

    /// <summary>False: only the partition's leader has to have it.</summary>
    public bool AllAcks { get; init; } = true;

    public string Compression { get; init; } = Compressions[0];

    public bool IsTls { get; init; }

    public ClientTlsOptions Tls { get; init; } = new();

    /// <summary><c>none</c> for no login.</summary>
    public string Mechanism { get; init; } = Mechanisms[0];

    public string User { get; init; } = "";

    public string Password { get; init; } = "";

    /// <value>1 s to 10 minutes; default 30 s.</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Further properties of librdkafka, as <c>name=value</c>: one text, so that options compare by value.</summary>
    public string Properties { get; init; } = "";

    public static KafkaOptions Read(OptionsReader options)
    {
        KafkaOptions defaults = new();
        IReadOnlyList<string> brokers = options.Texts("brokers", [], "Brokers to begin with, `host:port`; the others are learnt from them.");
        string topic = options.Text("topic", null, "Topic that every record goes to.") ?? "";
        if (brokers.Count == 0 || brokers.Any(broker => broker.Trim().Length == 0))
        {
            options.Mistake("brokers", "is needed: one or more of host:port");
        }

        // Kafka's own rule.
        if (topic.Length is 0 or > 249 || topic is "." or ".." || topic.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-')))
        {
            options.Mistake("topic", topic.Length == 0 ? "is needed" : "must be 1 to 249 letters, digits, dots, underscores and dashes");
        }

        bool isIdempotent = options.Flag("idempotent", true, "Brokers drop what arrives twice because of a retry, and keep the order of a partition; needs `acks: all`.");
        bool allAcks = options.Choice("acks", 0, AcksWords, "`all`: a record counts as delivered when all in-sync replicas have it; `leader`: when the leader has it.") == 0;
        if (isIdempotent && !allAcks)
        {
            options.Mistake("acks", "must be all, or set idempotent: false");
        }

        KafkaOptions read = new()
        {
            Brokers = string.Join(',', brokers.Select(broker => broker.Trim())),
            Topic = topic,
            Format = RecordLine.ReadFormat(options),
            IsIdempotent = isIdempotent,
            AllAcks = allAcks,
            Compression = Compressions[options.Choice("compression", 0, Compressions, "How batches of records are compressed.")],
            Timeout = options.Duration(
                "timeout", defaults.Timeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10), "A record that no broker has confirmed by then counts as failed and is tried anew."),
            IsTls = options.Choice("transport", 0, Transports, "`tls` encrypts, and verifies the brokers' certificates.") == 1,
        };
        read = ReadSasl(options.Section("sasl", "How to log in."), read);
        OptionsReader tls = options.Section("tls", "Certificates, with `transport: tls`. The brokers' certificates are always verified.");
        ClientTlsOptions.DemandUse(tls, read.IsTls, "set transport: tls");
        return read with
        {
            Tls = ClientTlsOptions.Read(tls, defaults.Tls, hasVersion: false),
            Properties = ReadProperties(options.Section(
                "properties", "Further properties of librdkafka by their own names, such as `linger.ms: 50`. Not those that have a key here, and none that runs or loads code.")),
        };
    }

    static KafkaOptions ReadSasl(OptionsReader sasl, KafkaOptions read)
    {
        string mechanism = Mechanisms[sasl.Choice("mechanism", 0, Mechanisms, "`none` for no login.")];
        string user = sasl.Text("user", null, "Name to log in with.") ?? "";
        string password = sasl.Text("password", null, "Password to log in with: `${file:/run/secrets/kafka}`.") ?? "";
        if (mechanism == Mechanisms[0])
        {
            if (user.Length > 0 || password.Length > 0)
            {
                sasl.Mistake("mechanism", "is needed for a login: plain, scram-sha-256 or scram-sha-512");
            }
        }
        else if (user.Length == 0 || password.Length == 0)
        {
            sasl.Mistake(user.Length == 0 ? "user" : "password", "is needed for a login");
        }
        else if (mechanism == "plain" && !read.IsTls)
        {
            sasl.Mistake("mechanism", "plain would send the password for all to read; set transport: tls, or use scram-sha-512");
        }

        return read with { Mechanism = mechanism, User = user, Password = password };
    }

    static string ReadProperties(OptionsReader section)
    {
        List<string> properties = [];
        foreach (string name in section.Keys)
        {
            string value = section.Text(name, null, "A property of librdkafka.") ?? "";
            if (KafkaProperties.WhyDenied(name) is { } why)
            {
                section.Mistake(name, "cannot be set here: it " + why);
            }

            properties.Add($"{name}={value.ReplaceLineEndings(" ")}");
        }

        return string.Join('\n', properties);
    }

    /// <summary>The names in <see cref="Properties"/>, for messages: values may be secret. Empty for none.</summary>
    public string PropertyNames =>
        string.Join(", ", Properties.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(property => property[..property.IndexOf('=', StringComparison.Ordinal)]));

    /// <summary>All of it in librdkafka's words.</summary>
    public Dictionary<string, string> ToProducerProperties()
    {
        Dictionary<string, string> all = new(StringComparer.Ordinal)
        {
            ["client.id"] = "collector",
            // A batch waits here at a time; librdkafka's own gigabyte would be no bound.
            ["queue.buffering.max.kbytes"] = "65536",
            // Numbers about this client are for /metrics, not for the brokers.
            ["enable.metrics.push"] = "false",
            ["log.connection.close"] = "false",
        };
        foreach (string property in Properties.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            int at = property.IndexOf('=', StringComparison.Ordinal);
            all[property[..at]] = property[(at + 1)..];
        }

        all["bootstrap.servers"] = Brokers;
        all["acks"] = AllAcks ? "all" : "1";
        all["enable.idempotence"] = IsIdempotent ? "true" : "false";
        all["compression.type"] = Compression;
        all["message.timeout.ms"] = ((long)Timeout.TotalMilliseconds).ToString(System.Globalization.CultureInfo.InvariantCulture);
        all["security.protocol"] = (IsTls ? "ssl" : "plaintext").Insert(0, Mechanism == Mechanisms[0] ? "" : "sasl_");
        // Of a delivery only its error is asked for.
        all["dotnet.producer.delivery.report.fields"] = "none";
        if (Mechanism != Mechanisms[0])
        {
            all["sasl.mechanism"] = Mechanism.ToUpperInvariant();
            all["sasl.username"] = User;
            all["sasl.password"] = Password;
        }

        AddIfSet(all, "ssl.ca.location", Tls.Ca);
        AddIfSet(all, "ssl.certificate.location", Tls.Certificate);
        AddIfSet(all, "ssl.key.location", Tls.KeyFile.Length > 0 ? Tls.KeyFile : Tls.Certificate);
        return all;
    }

    static void AddIfSet(Dictionary<string, string> all, string name, string value)
    {
        if (value.Length > 0)
        {
            all[name] = value;
        }
    }
}
