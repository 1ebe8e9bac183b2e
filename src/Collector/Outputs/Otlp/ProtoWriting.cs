using System.Buffers.Binary;
using System.Numerics;
using System.Text.Unicode;
using Collector.Outputs.Formats;

namespace Collector.Outputs.Otlp;

/// <summary>Protobuf's wire format, appended to a buffer. Tags are one byte: no field of OTLP logs has a number above 15.</summary>
/// <remarks>Source: protobuf.dev/programming-guides/encoding. Allocates nothing.</remarks>
static class ProtoWriting
{
    public static void WriteVarint(this PayloadBuffer to, ulong value)
    {
        Span<byte> target = to.Reserve(10);
        int length = 0;
        for (; value >= 0x80; value >>= 7)
        {
            target[length++] = (byte)(value | 0x80);
        }

        target[length++] = (byte)value;
        to.Advance(length);
    }

    /// <summary>A string, bytes or a message that is there already.</summary>
    public static void WriteField(this PayloadBuffer to, byte tag, scoped ReadOnlySpan<byte> content)
    {
        to.WriteByte(tag);
        to.WriteVarint((ulong)content.Length);
        to.Write(content);
    }

    /// <summary>A string, which protobuf wants in UTF-8: U+FFFD stands for what is not.</summary>
    /// <returns>False: some of it was not.</returns>
    public static bool WriteTextField(this PayloadBuffer to, byte tag, scoped ReadOnlySpan<byte> text)
    {
        if (Utf8.IsValid(text))
        {
            to.WriteField(tag, text);
            return true;
        }

        int mark = to.BeginField(tag);
        Utf8Repair.Write(to, text);
        to.EndField(mark);
        return false;
    }

    public static void WriteVarintField(this PayloadBuffer to, byte tag, ulong value)
    {
        to.WriteByte(tag);
        to.WriteVarint(value);
    }

    public static void WriteFixed64Field(this PayloadBuffer to, byte tag, ulong value)
    {
        Span<byte> target = to.Reserve(1 + sizeof(ulong));
        target[0] = tag;
        BinaryPrimitives.WriteUInt64LittleEndian(target[1..], value);
        to.Advance(1 + sizeof(ulong));
    }

    /// <summary>Opens a field whose length is not known yet.</summary>
    /// <returns>Where its content begins, for <see cref="EndField"/>.</returns>
    public static int BeginField(this PayloadBuffer to, byte tag)
    {
        to.WriteByte(tag);
        to.WriteByte(0);
        return to.Length;
    }

    /// <summary>Writes the length; content of 128 bytes or more is moved up for it.</summary>
    public static void EndField(this PayloadBuffer to, int mark)
    {
        int length = to.Length - mark;
        if (length < 0x80)
        {
            to.SetByte(mark - 1, (byte)length);
            return;
        }

        int more = VarintBytes((uint)length) - 1;
        to.Reserve(more);
        to.CutTo(mark - 1);
        // Behind the cut the content still lies where it was.
        Span<byte> field = to.Reserve(1 + more + length);
        field.Slice(1, length).CopyTo(field[(1 + more)..]);
        to.WriteVarint((ulong)length);
        to.Advance(length);
    }

    /// <summary>Bytes of a value as varint.</summary>
    public static int VarintBytes(uint value) => (38 - BitOperations.LeadingZeroCount(value | 1)) / 7;

    /// <summary>Bytes of a field with content of this length.</summary>
    public static int FieldBytes(int length) => 1 + VarintBytes((uint)length) + length;
}
