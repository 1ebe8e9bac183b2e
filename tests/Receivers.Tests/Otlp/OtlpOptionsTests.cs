using Receivers.Otlp;

namespace Receivers.Tests.Otlp;

public sealed class OtlpOptionsTests
{
    [Fact]
    public void Read_NothingGiven_HasTheProtocolsPortsAndLimits()
    {
        GivenOptions given = new(new Dictionary<string, object>());
        OtlpOptions options = OtlpOptions.Read(given);
        Assert.Empty(given.Mistakes);
        Assert.Equal(("0.0.0.0:4317", "0.0.0.0:4318"), (options.Grpc?.ToString(), options.Http?.ToString()));
        Assert.Equal((64 * 1024 * 1024, 4 * 1024 * 1024), (options.HttpBodyBytesMax, options.GrpcMessageBytesMax));
        Assert.Null(options.Tls);
        Assert.Empty(options.CorsOrigins);
    }

    [Fact]
    public void Read_EveryKeyGiven_IsTaken()
    {
        GivenOptions given = new(new Dictionary<string, object>
        {
            ["grpc"] = "off",
            ["http"] = "127.0.0.1:1",
            ["http_body"] = 10,
            ["grpc_message"] = 11,
            ["records"] = 12,
            ["memory"] = 2 * 1024 * 1024,
            ["connections"] = 13,
            ["wait"] = TimeSpan.FromSeconds(14),
            ["retry_after"] = TimeSpan.FromSeconds(15),
            ["tls.certificate"] = "c.pem",
            ["tls.min_version"] = "1.3",
            ["auth.bearer_tokens"] = new[] { "t" },
            ["auth.basic_credentials"] = new[] { "u:p" },
            ["cors.origins"] = new[] { "*" },
            ["cors.headers"] = new[] { "X-Own" },
        });
        OtlpOptions options = OtlpOptions.Read(given);
        Assert.Empty(given.Mistakes);
        Assert.Null(options.Grpc);
        Assert.Equal(
            ("127.0.0.1:1", 10L, 11, 12, 2048L * 1024, 13, 14.0, 15.0),
            (options.Http?.ToString(), options.HttpBodyBytesMax, options.GrpcMessageBytesMax, options.RecordCountMax, options.MemoryBytesMax, options.ConnectionCountMax, options.Wait.TotalSeconds, options.RetryAfter.TotalSeconds));
        Assert.Equal("c.pem", options.Tls?.CertificateFile);
        Assert.Equal(System.Security.Authentication.SslProtocols.Tls13, options.Tls?.Protocols);
        Assert.Equal(["t", "u:p", "*", "X-Own"], [.. options.BearerTokens, .. options.BasicCredentials, .. options.CorsOrigins, .. options.CorsHeaders]);
    }

    [Theory]
    [InlineData("auth.basic_credentials", "nocolon", "auth.basic_credentials")]
    [InlineData("auth.bearer_tokens", " ", "auth.bearer_tokens")]
    [InlineData("tls.client_names", "a", "tls.certificate")]
    public void Read_ValueThatCannotWork_IsAMistake(string key, string value, string place)
    {
        GivenOptions given = new(new Dictionary<string, object> { [key] = new[] { value } });
        OtlpOptions.Read(given);
        Assert.StartsWith(place + ":", Assert.Single(given.Mistakes), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_MemoryBelowABody_IsAMistake()
    {
        GivenOptions given = new(new Dictionary<string, object> { ["memory"] = 2 * 1024 * 1024 });
        OtlpOptions.Read(given);
        Assert.StartsWith("memory:", Assert.Single(given.Mistakes), StringComparison.Ordinal);
    }
}
