using System.Buffers;
using System.IO.Compression;
using System.Net;
using Google.Protobuf;
using Receivers.Otlp;
using Receivers.Otlp.Inflating;

namespace Receivers.Tests.Otlp;

public sealed class OtlpCompressionTests
{
    const long Limit = 1024 * 1024;

    public static TheoryData<string, int> CodingsAndVersions => new() { { "gzip", 1 }, { "gzip", 2 }, { "deflate", 1 }, { "deflate", 2 }, { "zstd", 1 }, { "zstd", 2 } };

    [Theory]
    [MemberData(nameof(CodingsAndVersions))]
    public async Task Post_Compressed_IsTakenCheckedAndLimited(string coding, int version)
    {
        await using OtlpServer server = await OtlpServer.StartAsync(options => options.HttpBodyBytesMax = Limit);
        using HttpClient client = new()
        {
            BaseAddress = server.Address(version == 1 ? "http" : "grpc"),
            DefaultRequestVersion = new Version(version, version == 1 ? 1 : 0),
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        byte[] plain = OtlpSamples.Typical(300).ToByteArray();
        byte[] packed = Pack(coding, plain);
        byte[] damaged = (byte[])packed.Clone();
        damaged[^1] ^= 0x55;
        // A zstd frame of this size has no checksum unless its writer adds one, so damage may show in what it holds only.
        Assert.Equal(HttpStatusCode.OK, await SendAsync(client, coding, packed));
        Assert.Equal(300, server.Sink.RecordCount);
        Assert.Equal(HttpStatusCode.BadRequest, await SendAsync(client, coding, packed[..^3]));
        Assert.Equal(HttpStatusCode.BadRequest, await SendAsync(client, coding, [.. packed, 1, 2, 3]));
        Assert.Equal(HttpStatusCode.BadRequest, await SendAsync(client, coding, coding == "zstd" ? packed[..(packed.Length / 2)] : damaged));
        Assert.Equal(HttpStatusCode.BadRequest, await SendAsync(client, coding, plain));
        Assert.Equal(HttpStatusCode.BadRequest, await SendAsync(client, coding, []));
        Assert.Equal(HttpStatusCode.BadRequest, await SendAsync(client, coding, Pack(coding, packed)));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await SendAsync(client, coding, Pack(coding, new byte[50 * Limit])));
        Assert.Equal(300, server.Sink.RecordCount);
        Assert.Equal(300, server.HttpStatistics.Accepted);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("zstd")]
    public void Inflate_Bomb_HoldsNoMoreThanTheLimitAndAPiece(string name)
    {
        Assert.True(ContentCodings.TryParse(name, out ContentCoding coding));
        byte[] packed = Pack(name, new byte[100 * Limit]);
        BodyBudget budget = new(long.MaxValue);
        BodyShare share = new(budget);
        using PooledBytes content = new();
        Assert.Equal(InflateStatus.TooLarge, Inflater.Inflate(coding, new ReadOnlySequence<byte>(packed), Limit, content, ref share));
        Assert.InRange(content.Length, Limit, Limit + PooledBytes.PieceBytes);
        Assert.InRange(budget.Taken, Limit, packed.Length + Limit + (2 * PooledBytes.PieceBytes));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("zstd")]
    public void Inflate_EveryProperPrefix_IsCorrupt(string name)
    {
        Assert.True(ContentCodings.TryParse(name, out ContentCoding coding));
        byte[] packed = Pack(name, OtlpSamples.Request(OtlpSamples.Record()).ToByteArray());
        for (int length = 0; length < packed.Length; length++)
        {
            BodyShare share = new(new BodyBudget(long.MaxValue));
            using PooledBytes content = new();
            Assert.Equal(InflateStatus.Corrupt, Inflater.Inflate(coding, new ReadOnlySequence<byte>(packed, 0, length), Limit, content, ref share));
        }
    }

    [Fact]
    public void Inflate_ZstdWindowOf128MiB_IsRefused()
    {
        using ZstdSharp.Compressor compressor = new();
        compressor.SetParameter(ZstdSharp.Unsafe.ZSTD_cParameter.ZSTD_c_windowLog, 27);
        using MemoryStream packed = new();
        using (ZstdSharp.CompressionStream stream = new(packed, compressor, leaveOpen: true))
        {
            stream.Write(new byte[100]);
        }

        BodyShare share = new(new BodyBudget(long.MaxValue));
        using PooledBytes content = new();
        Assert.Equal(InflateStatus.Corrupt, Inflater.Inflate(ContentCoding.Zstd, new ReadOnlySequence<byte>(packed.ToArray()), Limit, content, ref share));
    }

    static async Task<HttpStatusCode> SendAsync(HttpClient client, string coding, byte[] body)
    {
        using HttpResponseMessage response = await client.PostAsync("/v1/logs", OtlpServer.Content(body, "application/x-protobuf", coding));
        return response.StatusCode;
    }

    static byte[] Pack(string coding, byte[] plain)
    {
        using MemoryStream packed = new();
        using (Stream stream = coding switch
        {
            "gzip" => new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true),
            "deflate" => new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true),
            _ => new ZstdSharp.CompressionStream(packed, leaveOpen: true),
        })
        {
            stream.Write(plain);
        }

        return packed.ToArray();
    }
}
