namespace Receivers.Otlp.Wire;

/// <summary>Walks a whole message once, so that whatever is accepted can be read again without care.</summary>
/// <remarks>Allocates nothing; recursion is bounded by <see cref="DepthMax"/>.</remarks>
static class WireCheck
{
    /// <summary>Levels of values within values. A stack overflow ends the process, and one 4 MiB request can nest 10^6 levels.</summary>
    public const int DepthMax = 64;

    /// <param name="value">Encoded <c>AnyValue</c>.</param>
    /// <param name="depth">1 for a body or the value of an attribute.</param>
    /// <param name="marks">Receives <see cref="ParseMarks.InvalidUtf8"/>.</param>
    public static OtlpFault AnyValue(ReadOnlySpan<byte> value, int depth, ref ParseMarks marks)
    {
        if (depth > DepthMax)
        {
            return OtlpFault.TooDeep;
        }

        WireReader reader = new(value);
        while (reader.TryReadTag(out uint tag))
        {
            OtlpFault inner = OtlpFault.None;
            switch (tag)
            {
                case Tags.AnyValue.String:
                    reader.ReadString();
                    break;
                case Tags.AnyValue.Array:
                    inner = Array(reader.ReadBytes(), depth + 1, ref marks);
                    break;
                case Tags.AnyValue.KeyValueList:
                    inner = KeyValueList(reader.ReadBytes(), depth + 1, ref marks);
                    break;
                default:
                    reader.Skip(tag);
                    break;
            }

            if (inner != OtlpFault.None)
            {
                return inner;
            }
        }

        return Close(in reader, ref marks);
    }

    /// <param name="pair">Encoded <c>KeyValue</c>.</param>
    /// <param name="depth">Depth of its value.</param>
    /// <param name="marks">Receives <see cref="ParseMarks.InvalidUtf8"/>.</param>
    public static OtlpFault KeyValue(ReadOnlySpan<byte> pair, int depth, ref ParseMarks marks)
    {
        WireReader reader = new(pair);
        while (reader.TryReadTag(out uint tag))
        {
            switch (tag)
            {
                case Tags.KeyValue.Key:
                    reader.ReadString();
                    break;
                case Tags.KeyValue.Value:
                    OtlpFault inner = AnyValue(reader.ReadBytes(), depth, ref marks);
                    if (inner != OtlpFault.None)
                    {
                        return inner;
                    }

                    break;
                default:
                    reader.Skip(tag);
                    break;
            }
        }

        return Close(in reader, ref marks);
    }

    public static OtlpFault Resource(ReadOnlySpan<byte> resource, ref ParseMarks marks)
    {
        WireReader reader = new(resource);
        while (reader.TryReadTag(out uint tag))
        {
            OtlpFault inner = OtlpFault.None;
            switch (tag)
            {
                case Tags.Resource.Attributes:
                    inner = KeyValue(reader.ReadBytes(), 1, ref marks);
                    break;
                case Tags.Resource.EntityRefs:
                    inner = EntityRef(reader.ReadBytes(), ref marks);
                    break;
                default:
                    reader.Skip(tag);
                    break;
            }

            if (inner != OtlpFault.None)
            {
                return inner;
            }
        }

        return Close(in reader, ref marks);
    }

    public static OtlpFault Scope(ReadOnlySpan<byte> scope, ref ParseMarks marks)
    {
        WireReader reader = new(scope);
        while (reader.TryReadTag(out uint tag))
        {
            switch (tag)
            {
                case Tags.Scope.Name or Tags.Scope.Version:
                    reader.ReadString();
                    break;
                case Tags.Scope.Attributes:
                    OtlpFault inner = KeyValue(reader.ReadBytes(), 1, ref marks);
                    if (inner != OtlpFault.None)
                    {
                        return inner;
                    }

                    break;
                default:
                    reader.Skip(tag);
                    break;
            }
        }

        return Close(in reader, ref marks);
    }

    static OtlpFault Array(ReadOnlySpan<byte> array, int depth, ref ParseMarks marks)
    {
        WireReader reader = new(array);
        while (reader.TryReadTag(out uint tag))
        {
            if (tag != Tags.Values)
            {
                reader.Skip(tag);
                continue;
            }

            OtlpFault inner = AnyValue(reader.ReadBytes(), depth, ref marks);
            if (inner != OtlpFault.None)
            {
                return inner;
            }
        }

        return Close(in reader, ref marks);
    }

    static OtlpFault KeyValueList(ReadOnlySpan<byte> list, int depth, ref ParseMarks marks)
    {
        WireReader reader = new(list);
        while (reader.TryReadTag(out uint tag))
        {
            if (tag != Tags.Values)
            {
                reader.Skip(tag);
                continue;
            }

            OtlpFault inner = KeyValue(reader.ReadBytes(), depth, ref marks);
            if (inner != OtlpFault.None)
            {
                return inner;
            }
        }

        return Close(in reader, ref marks);
    }

    static OtlpFault EntityRef(ReadOnlySpan<byte> entity, ref ParseMarks marks)
    {
        WireReader reader = new(entity);
        while (reader.TryReadTag(out uint tag))
        {
            if (tag is Tags.EntityRef.SchemaUrl or Tags.EntityRef.Type or Tags.EntityRef.IdKeys or Tags.EntityRef.DescriptionKeys)
            {
                reader.ReadString();
            }
            else
            {
                reader.Skip(tag);
            }
        }

        return Close(in reader, ref marks);
    }

    static OtlpFault Close(in WireReader reader, ref ParseMarks marks)
    {
        if (reader.HasInvalidUtf8)
        {
            marks |= ParseMarks.InvalidUtf8;
        }

        return reader.Fault;
    }
}
