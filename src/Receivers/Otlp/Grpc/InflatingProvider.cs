using System.Buffers;
using System.IO.Compression;
using Grpc.Core;
using Grpc.Net.Compression;
using Receivers.Otlp.Inflating;

namespace Receivers.Otlp.Grpc;

/// <summary>Decompression for gRPC with the same limits and checks as for HTTP; gRPC's own providers have none.</summary>
sealed class InflatingProvider(string name, ContentCoding coding, OtlpOptions options) : ICompressionProvider
{
    public string EncodingName => name;

    /// <remarks>Answers are a few bytes and are not compressed, so nothing asks for this.</remarks>
    public Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel) => throw new NotSupportedException();

    public Stream CreateDecompressionStream(Stream stream)
    {
        byte[] compressed = ArrayPool<byte>.Shared.Rent((int)Math.Max(1, stream.Length));
        PooledBytes content = new();
        BodyShare share = OtlpGrpcCall.Current.Share;
        try
        {
            int length = stream.ReadAtLeast(compressed, (int)stream.Length, throwOnEndOfStream: false);
            InflateStatus status = Inflater.Inflate(coding, new ReadOnlySequence<byte>(compressed, 0, length), options.GrpcMessageBytesMax, content, ref share);
            OtlpGrpcCall.Current.Share = share;
            return status == InflateStatus.Done ? new PooledStream(content) : throw Error(status);
        }
        catch
        {
            content.Dispose();
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(compressed);
        }
    }

    RpcException Error(InflateStatus status) => OtlpGrpcErrors.Exception(
        status switch
        {
            InflateStatus.TooLarge => OtlpOutcome.TooLarge($"The message is larger than {options.GrpcMessageBytesMax} bytes after decompression."),
            InflateStatus.NoRoom => OtlpOutcome.Overloaded,
            _ => OtlpOutcome.BadData($"The message is not valid {name}: damaged, cut short or followed by something else."),
        },
        options);

    /// <summary>Gives out the content and returns its memory at the end.</summary>
    sealed class PooledStream(PooledBytes content) : Stream
    {
        ReadOnlySequence<byte> _rest = content.Bytes;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => content.Length;

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            int length = (int)Math.Min(buffer.Length, _rest.Length);
            _rest.Slice(0, length).CopyTo(buffer);
            _rest = _rest.Slice(length);
            return length;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _rest = default;
                content.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
