using System.Buffers;

namespace Receivers.Syslog;

/// <summary>Reads RFC 5424 STRUCTURED-DATA where it lies: elements, then the parameters of each. Allocates nothing.</summary>
/// <remarks>
/// <code>
/// StructuredData data = new(batch[record.StructuredData]);
/// while (data.TryReadElement(out StructuredElement element))
/// {
///     while (element.TryReadParam(out StructuredParam param)) { … }
/// }
/// </code>
/// Ids and names may repeat: they come in the order of the message, and an output that needs one value keeps the last. Any bytes are safe to read; what is
/// not well-formed ends the enumeration.
/// </remarks>
public ref struct StructuredData(ReadOnlySpan<byte> text)
{
    // RFC 5424 §6.3.2: SD-NAME is 1 to 32 octets.
    const int NameLengthMax = 32;

    // Ids are compared with the first so many only, so that the work stays linear.
    const int IdsComparedMax = 32;

    static readonly SearchValues<byte> ValueStops = SearchValues.Create("\"\\]"u8);

    ReadOnlySpan<byte> _rest = text;

    /// <summary>The next <c>[id …]</c>.</summary>
    public bool TryReadElement(out StructuredElement element)
    {
        element = default;
        int length = MeasureElement(_rest, out _);
        if (length == 0)
        {
            return false;
        }

        int id = NameLength(_rest[1..]);
        element = new StructuredElement(_rest.Slice(1, id), _rest[(1 + id)..(length - 1)]);
        _rest = _rest[length..];
        return true;
    }

    /// <summary>How long the structured data at the start of a text is. Linear in its length.</summary>
    /// <param name="text">Starts with <c>[</c>.</param>
    /// <param name="isStrict">False when RFC 5424 §6.3 was bent: names over 32 octets, more blanks than one, a bare <c>]</c> in a value, an id that repeats.</param>
    /// <returns>Bytes of all elements; 0 when the text does not start with one that can be read.</returns>
    internal static int Measure(ReadOnlySpan<byte> text, out bool isStrict)
    {
        isStrict = true;
        int at = 0, elements = 0;
        while (at < text.Length && text[at] == '[')
        {
            int length = MeasureElement(text[at..], out bool isElementStrict);
            if (length == 0)
            {
                // A message may start with a bracket: "[id k="v"][thread-1] text" has one element and a sender who forgot the blank.
                break;
            }

            isStrict &= isElementStrict && (elements == 0 || !Repeats(text[..at], text[at..]));
            at += length;
            elements++;
        }

        return at;
    }

    /// <summary>Length of one element with its brackets; 0 when it is none.</summary>
    static int MeasureElement(ReadOnlySpan<byte> text, out bool isStrict)
    {
        isStrict = false;
        if (text.IsEmpty || text[0] != '[')
        {
            return 0;
        }

        int id = NameLength(text[1..]);
        int at = 1 + id;
        bool isBent = id > NameLengthMax;
        while (id > 0 && at < text.Length)
        {
            if (text[at] == ']')
            {
                isStrict = !isBent;
                return at + 1;
            }

            int param = MeasureParam(text[at..], ref isBent);
            if (param == 0)
            {
                return 0;
            }

            at += param;
        }

        return 0;
    }

    /// <summary>Length of <c> name="value"</c>, or of blanks before the closing bracket.</summary>
    static int MeasureParam(ReadOnlySpan<byte> text, ref bool isBent)
    {
        int at = 0;
        while (at < text.Length && text[at] == ' ')
        {
            at++;
        }

        if (at == 0)
        {
            return 0;
        }

        isBent |= at > 1;
        if (at < text.Length && text[at] == ']')
        {
            isBent = true;
            return at;
        }

        int name = NameLength(text[at..]);
        isBent |= name > NameLengthMax;
        at += name;
        if (name == 0 || text.Length - at < 3 || text[at] != '=' || text[at + 1] != '"')
        {
            return 0;
        }

        int value = ValueLength(text[(at + 2)..], ref isBent);
        return value < 0 ? 0 : at + 2 + value + 1;
    }

    /// <summary>Bytes up to the closing quote; -1 when there is none.</summary>
    static int ValueLength(ReadOnlySpan<byte> text, ref bool isBent)
    {
        int at = 0;
        while (true)
        {
            int stop = text[at..].IndexOfAny(ValueStops);
            if (stop < 0)
            {
                return -1;
            }

            at += stop;
            switch (text[at])
            {
                case (byte)'"':
                    return at;
                case (byte)'\\':
                    // Only three characters need the backslash; before any other it stands for itself, §6.3.3.
                    at += 2;
                    break;
                default:
                    isBent = true;
                    at++;
                    break;
            }

            if (at >= text.Length)
            {
                return -1;
            }
        }
    }

    static int NameLength(ReadOnlySpan<byte> text)
    {
        int at = 0;
        while (at < text.Length && text[at] is > 32 and < 127 and not ((byte)'=' or (byte)']' or (byte)'"'))
        {
            at++;
        }

        return at;
    }

    static bool Repeats(ReadOnlySpan<byte> before, ReadOnlySpan<byte> element)
    {
        ReadOnlySpan<byte> id = element.Slice(1, NameLength(element[1..]));
        StructuredData earlier = new(before);
        for (int i = 0; i < IdsComparedMax && earlier.TryReadElement(out StructuredElement other); i++)
        {
            if (other.Id.SequenceEqual(id))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The parameter at the front of an element's inside.</summary>
    /// <returns>Bytes read; 0 when there is none.</returns>
    internal static int ReadParam(ReadOnlySpan<byte> rest, out StructuredParam param)
    {
        param = default;
        bool isBent = false;
        int length = MeasureParam(rest, ref isBent);
        ReadOnlySpan<byte> text = rest[..length].TrimStart((byte)' ');
        if (text.IsEmpty)
        {
            return 0;
        }

        int name = NameLength(text);
        param = new StructuredParam(text[..name], text[(name + 2)..^1]);
        return length;
    }
}

/// <summary>One <c>[id name="value" …]</c>.</summary>
public ref struct StructuredElement(ReadOnlySpan<byte> id, ReadOnlySpan<byte> parameters)
{
    ReadOnlySpan<byte> _rest = parameters;

    /// <summary>SD-ID, printable ASCII.</summary>
    public ReadOnlySpan<byte> Id { get; } = id;

    public bool TryReadParam(out StructuredParam param)
    {
        int length = StructuredData.ReadParam(_rest, out param);
        _rest = _rest[length..];
        return length > 0;
    }
}

/// <summary>One <c>name="value"</c>.</summary>
public readonly ref struct StructuredParam(ReadOnlySpan<byte> name, ReadOnlySpan<byte> rawValue)
{
    /// <summary>PARAM-NAME, printable ASCII.</summary>
    public ReadOnlySpan<byte> Name { get; } = name;

    /// <summary>PARAM-VALUE as it came, escapes intact.</summary>
    public ReadOnlySpan<byte> RawValue { get; } = rawValue;

    /// <summary>False when <see cref="RawValue"/> is the value.</summary>
    public bool IsEscaped => RawValue.Contains((byte)'\\');

    /// <summary>Whether this is the value, escapes resolved.</summary>
    public bool ValueIs(ReadOnlySpan<byte> value)
    {
        int at = 0;
        for (int i = 0; i < RawValue.Length; i++, at++)
        {
            i += IsEscapeAt(i) ? 1 : 0;
            if (at >= value.Length || RawValue[i] != value[at])
            {
                return false;
            }
        }

        return at == value.Length;
    }

    /// <summary>Writes the value without the backslashes before <c>"</c>, <c>\</c> and <c>]</c>. Source: RFC 5424 §6.3.3.</summary>
    /// <param name="destination">At least as long as <see cref="RawValue"/>.</param>
    /// <returns>Bytes written.</returns>
    public int Unescape(Span<byte> destination)
    {
        int written = 0;
        for (int i = 0; i < RawValue.Length; i++)
        {
            i += IsEscapeAt(i) ? 1 : 0;
            destination[written++] = RawValue[i];
        }

        return written;
    }

    bool IsEscapeAt(int i) => RawValue[i] == '\\' && i + 1 < RawValue.Length && RawValue[i + 1] is (byte)'"' or (byte)'\\' or (byte)']';
}
