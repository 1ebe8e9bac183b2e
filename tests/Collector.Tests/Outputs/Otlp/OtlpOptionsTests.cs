using Collector.Configuration;
using Collector.Outputs.Otlp;
using Collector.Tests.Configuration;

namespace Collector.Tests.Outputs.Otlp;

public sealed class OtlpOptionsTests
{
    [Theory]
    [InlineData("endpoint: 'http://otel:4317'", "Grpc http://otel:4317/")]
    [InlineData("protocol: http/protobuf, endpoint: 'http://otel:4318'", "HttpProtobuf http://otel:4318/v1/logs")]
    [InlineData("protocol: http/protobuf, endpoint: 'https://otel/base/'", "HttpProtobuf https://otel/base/v1/logs")]
    [InlineData("protocol: http/protobuf, endpoint: 'https://otel/base/v1/logs'", "HttpProtobuf https://otel/base/v1/logs")]
    public void Read_Endpoints_HaveTheirPath(string settings, string expected)
    {
        OtlpOutputOptions options = Read(settings);
        Assert.Equal(expected, $"{options.Protocol} {options.Address}");
        Assert.Equal(options, Read(settings));
    }

    [Theory]
    [InlineData("", "endpoint")]
    [InlineData("endpoint: otel:4317", "http or https")]
    [InlineData("endpoint: 'http://me:secret@otel'", "keys of their own")]
    [InlineData("endpoint: 'http://otel?x=1'", "no user, query")]
    [InlineData("endpoint: 'http://otel', protocol: http/json", "protocol")]
    [InlineData("endpoint: 'http://otel', headers: ['no value']", "headers")]
    [InlineData("endpoint: 'http://otel', bearer_token: a, user: b", "bearer_token")]
    [InlineData("endpoint: 'http://otel', compression: zstd", "compression")]
    [InlineData("endpoint: 'https://otel', tls: { key_file: /k }", "a key alone")]
    [InlineData("endpoint: 'http://otel', tls: { ca: /ca }", "does nothing without TLS; write an https address")]
    [InlineData("endpoint: 'http://otel', proxy: 'http://proxy:3128'", "cannot carry gRPC without TLS")]
    [InlineData("endpoint: 'https://otel', proxy: 'proxy:3128'", "must be an http address")]
    public void Read_Mistakes_AreNamed(string settings, string expected) =>
        Assert.Contains(expected, Configured.Mistakes($"outputs: {{ otlp: {{ {settings} }} }}\n"), StringComparison.Ordinal);

    [Fact]
    public void Read_VariablesOfTheEnvironment_AreDefaults()
    {
        OtlpOutputOptions options = Read("", new()
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "https://generic:4318",
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc",
            ["OTEL_EXPORTER_OTLP_LOGS_PROTOCOL"] = "http/protobuf",
            ["OTEL_EXPORTER_OTLP_HEADERS"] = "api-key=a%20b,x=1",
            ["OTEL_EXPORTER_OTLP_COMPRESSION"] = "none",
            ["OTEL_EXPORTER_OTLP_TIMEOUT"] = "2500",
            ["OTEL_EXPORTER_OTLP_CERTIFICATE"] = "/ca.pem",
            ["OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE"] = "/client.pem",
            ["OTEL_EXPORTER_OTLP_CLIENT_KEY"] = "/client.key",
        });
        Assert.Equal("HttpProtobuf https://generic:4318/v1/logs", $"{options.Protocol} {options.Address}");
        Assert.Equal("api-key=a b\nx=1", options.Target.Headers);
        Assert.Equal((false, TimeSpan.FromSeconds(2.5)), (options.Target.IsCompressed, options.Target.Timeout));
        Assert.Equal(("/ca.pem", "/client.pem", "/client.key"), (options.Target.Connection.Tls.Ca, options.Target.Connection.Tls.Certificate, options.Target.Connection.Tls.KeyFile));
    }

    [Fact]
    public void Read_AKeyOfTheFile_WinsOverTheEnvironment()
    {
        OtlpOutputOptions options = Read("endpoint: 'http://file:4318', protocol: http/protobuf, compression: gzip, headers: [a=1]", new()
        {
            ["OTEL_EXPORTER_OTLP_LOGS_ENDPOINT"] = "https://env/whole",
            ["OTEL_EXPORTER_OTLP_LOGS_PROTOCOL"] = "http/json",
            ["OTEL_EXPORTER_OTLP_COMPRESSION"] = "zstd",
            ["OTEL_EXPORTER_OTLP_HEADERS"] = "b=2",
        });
        Assert.Equal("HttpProtobuf http://file:4318/v1/logs", $"{options.Protocol} {options.Address}");
        Assert.Equal((true, "a=1"), (options.Target.IsCompressed, options.Target.Headers));
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "https://env/whole", "https://env/whole")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "env:4318", "https://env:4318/v1/logs")]
    public void Read_TheEndpointOfTheEnvironment_IsTakenAsTheSpecificationSays(string variable, string value, string expected) =>
        Assert.Equal(expected, Read("protocol: http/protobuf", new() { [variable] = value }).Address.ToString());

    static OtlpOutputOptions Read(string settings, Dictionary<string, string>? environment = null)
    {
        MistakeList mistakes = new();
        byte[] yaml = System.Text.Encoding.UTF8.GetBytes($"otlp: {{ {settings} }}\n");
        YamlOptionsReader root = YamlOptionsReader.Root(YamlTree.Parse(yaml, new Substitution(static _ => null, "/"), mistakes), mistakes);
        OtlpOutputOptions options = OtlpOutputOptions.Read(root.Section("otlp", ""), name => environment?.GetValueOrDefault(name));
        Assert.Equal("", string.Join('\n', mistakes.InOrder));
        return options;
    }
}
