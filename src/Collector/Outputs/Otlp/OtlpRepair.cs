using Collector.Outputs.Formats;

namespace Collector.Outputs.Otlp;

/// <summary>Encoded OTLP messages with every string made UTF-8, which strict receivers demand of a whole request. For the few that are not.</summary>
static class OtlpRepair
{
    /// <summary>What a message is, and so which of its fields are strings and which are messages.</summary>
    internal enum Kind
    {
        Raw,
        Text,
        Record,
        Resource,
        Scope,
        Pair,
        AnyValue,
        List,
        Map,
        EntityRef,
    }

    /// <summary>Appends the message. Recursion is bounded as the receiver bounds nesting.</summary>
    /// <returns>False: something was replaced.</returns>
    public static bool Write(PayloadBuffer to, ReadOnlySpan<byte> message, Kind kind)
    {
        bool isSame = true;
        ProtoFields fields = new(message);
        while (fields.TryNext())
        {
            isSame &= WriteField(to, in fields, kind);
        }

        return isSame;
    }

    /// <summary>Appends one field of a message of this kind.</summary>
    /// <returns>As <see cref="Write"/>.</returns>
    public static bool WriteField(PayloadBuffer to, in ProtoFields field, Kind kind)
    {
        Kind child = (field.Tag & 7) == 2 ? ChildOf(kind, field.Tag >> 3) : Kind.Raw;
        switch (child)
        {
            case Kind.Raw:
                to.Write(field.Whole);
                return true;
            case Kind.Text:
                return to.WriteTextField((byte)field.Tag, field.Content);
            default:
                int mark = to.BeginField((byte)field.Tag);
                bool isSame = Write(to, field.Content, child);
                to.EndField(mark);
                return isSame;
        }
    }

    static Kind ChildOf(Kind kind, uint number) => (kind, number) switch
    {
        (Kind.Record, 3 or 12) => Kind.Text,
        (Kind.Record, 5) => Kind.AnyValue,
        (Kind.Record, 6) => Kind.Pair,
        (Kind.Resource, 1) => Kind.Pair,
        (Kind.Resource, 3) => Kind.EntityRef,
        (Kind.Scope, 1 or 2) => Kind.Text,
        (Kind.Scope, 3) => Kind.Pair,
        (Kind.Pair, 1) => Kind.Text,
        (Kind.Pair, 2) => Kind.AnyValue,
        (Kind.AnyValue, 1) => Kind.Text,
        (Kind.AnyValue, 5) => Kind.List,
        (Kind.AnyValue, 6) => Kind.Map,
        (Kind.List, 1) => Kind.AnyValue,
        (Kind.Map, 1) => Kind.Pair,
        (Kind.EntityRef, <= 4) => Kind.Text,
        _ => Kind.Raw,
    };
}
