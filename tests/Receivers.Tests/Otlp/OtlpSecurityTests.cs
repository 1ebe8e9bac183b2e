using System.Net;
using System.Text;
using Grpc.Core;

namespace Receivers.Tests.Otlp;

public sealed class OtlpSecurityTests
{
    static readonly string Good = Convert.ToBase64String(Encoding.UTF8.GetBytes("sender:secret"));

    public static TheoryData<string?, bool> Credentials => new()
    {
        { null, false },
        { "", false },
        { "Bearer one", true },
        { "bearer two", true },
        { "Bearer one2", false },
        { "Bearer on", false },
        { "Bearer ", false },
        { "one", false },
        { "Basic one", false },
        { "Basic " + Good, true },
        { "Basic " + Good + "A", false },
        { "Bearer " + Good, false },
    };

    [Theory]
    [MemberData(nameof(Credentials))]
    public async Task Request_WithCredentials_IsLetInOrNot(string? authorization, bool isAllowed)
    {
        await using OtlpServer server = await OtlpServer.StartAsync(options => (options.BearerTokens, options.BasicCredentials) = (["one", "two"], ["sender:secret"]));
        using HttpRequestMessage request = new(HttpMethod.Post, "/v1/logs") { Content = OtlpServer.Content([], "application/x-protobuf") };
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        using HttpResponseMessage response = await server.Http().SendAsync(request);
        Assert.Equal(isAllowed ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(isAllowed, response.Headers.WwwAuthenticate.Count == 0);

        Metadata metadata = authorization is null ? [] : new Metadata { { "authorization", authorization } };
        StatusCode code = StatusCode.OK;
        try
        {
            await server.Grpc().ExportAsync(OtlpSamples.Typical(1), metadata);
        }
        catch (RpcException exception)
        {
            code = exception.StatusCode;
        }

        Assert.Equal(isAllowed ? StatusCode.OK : StatusCode.Unauthenticated, code);
        Assert.Equal(isAllowed ? 1 : 0, server.Sink.RecordCount);
    }

    [Theory]
    [InlineData("https://app.example.org", "https://app.example.org")]
    [InlineData("https://evil.example.org", null)]
    [InlineData("https://app.example.org.evil.org", null)]
    public async Task Preflight_OfAnAllowedOrigin_IsAnswered(string origin, string? allowed)
    {
        await using OtlpServer server = await OtlpServer.StartAsync(options =>
            (options.CorsOrigins, options.CorsHeaders, options.BearerTokens) = (["https://app.example.org"], ["X-Own"], ["t"]));
        using HttpRequestMessage preflight = new(HttpMethod.Options, "/v1/logs");
        preflight.Headers.Add("Origin", origin);
        preflight.Headers.Add("Access-Control-Request-Method", "POST");
        using HttpResponseMessage response = await server.Http().SendAsync(preflight);
        Assert.Equal(allowed is null ? HttpStatusCode.MethodNotAllowed : HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal(allowed, Header(response, "Access-Control-Allow-Origin"));
        Assert.Equal(allowed is null ? null : "Content-Type, Content-Encoding, Authorization, X-Own", Header(response, "Access-Control-Allow-Headers"));

        using HttpRequestMessage post = new(HttpMethod.Post, "/v1/logs") { Content = OtlpServer.Content([], "application/x-protobuf") };
        post.Headers.Add("Origin", origin);
        post.Headers.Add("Authorization", "Bearer t");
        using HttpResponseMessage answer = await server.Http().SendAsync(post);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(allowed, Header(answer, "Access-Control-Allow-Origin"));
        Assert.Equal("Origin", Header(answer, "Vary"));
    }

    [Fact]
    public async Task Post_CorsOff_HasNoHeadersOfIt()
    {
        await using OtlpServer server = await OtlpServer.StartAsync();
        using HttpRequestMessage post = new(HttpMethod.Post, "/v1/logs") { Content = OtlpServer.Content([], "application/x-protobuf") };
        post.Headers.Add("Origin", "https://app.example.org");
        using HttpResponseMessage answer = await server.Http().SendAsync(post);
        Assert.Null(Header(answer, "Access-Control-Allow-Origin"));
    }

    static string? Header(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out IEnumerable<string>? values) ? string.Join(", ", values) : null;
}
