using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;

namespace Receivers.Otlp.Json;

/// <summary>The fields that are no messages.</summary>
ref partial struct OtlpJsonTranscoder
{
    /// <summary>Longest number that is read as an integer; longer ones are read as floating-point numbers.</summary>
    const int NumberBytesMax = 64;

    /// <returns>False at the end of the object.</returns>
    bool NextProperty()
    {
        _json.Read();
        return _json.TokenType == JsonTokenType.PropertyName;
    }

    /// <returns>False for <c>null</c>, which is "not set" everywhere.</returns>
    bool NextValue()
    {
        _json.Read();
        return _json.TokenType != JsonTokenType.Null;
    }

    readonly void Expect(JsonTokenType type)
    {
        if (_json.TokenType != type)
        {
            Fail($"{Name(type)} is expected, not {Name(_json.TokenType)}");
        }
    }

    readonly void Fail(string problem) => throw new JsonException($"{problem}, at byte {_json.TokenStartIndex}.");

    static string Name(JsonTokenType type) => type switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "true or false",
        JsonTokenType.Null => "null",
        _ => "something else",
    };

    void Text(uint tag)
    {
        if (NextValue())
        {
            Expect(JsonTokenType.String);
            TextValue(tag);
        }
    }

    void Texts(uint tag)
    {
        if (!NextValue())
        {
            return;
        }

        Expect(JsonTokenType.StartArray);
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            Expect(JsonTokenType.String);
            TextValue(tag);
        }
    }

    void TextValue(uint tag)
    {
        if (!_json.HasValueSequence && !_json.ValueIsEscaped)
        {
            _out.Bytes(tag, _json.ValueSpan);
            return;
        }

        int mark = _out.Begin(tag);
        AppendRaw();
        if (_json.ValueIsEscaped)
        {
            _out.CutTo(mark + JsonText.Unescape(_out.From(mark)));
        }

        _out.End(mark);
    }

    void AppendRaw()
    {
        if (_json.HasValueSequence)
        {
            _out.Append(_json.ValueSequence);
        }
        else
        {
            _out.Append(_json.ValueSpan);
        }
    }

    /// <summary>Hexadecimal text. Anything else becomes one byte, a length that no id has.</summary>
    void Id(uint tag, int bytes)
    {
        if (!NextValue())
        {
            return;
        }

        Expect(JsonTokenType.String);
        Span<byte> buffer = stackalloc byte[NumberBytesMax];
        ReadOnlySpan<byte> text = Short(buffer);
        if (text.IsEmpty && Length() == 0)
        {
            return;
        }

        Span<byte> id = stackalloc byte[bytes];
        bool isValid = text.Length == 2 * bytes && Convert.FromHexString(text, id, out _, out _) == OperationStatus.Done;
        _out.Bytes(tag, isValid ? id : id[..1]);
    }

    void Bool(uint tag)
    {
        if (NextValue())
        {
            if (_json.TokenType is not (JsonTokenType.True or JsonTokenType.False))
            {
                Expect(JsonTokenType.True);
            }

            _out.Varint(tag, _json.TokenType == JsonTokenType.True ? 1UL : 0);
        }
    }

    void Int64(uint tag)
    {
        if (NextValue())
        {
            _out.Varint(tag, (ulong)Signed());
        }
    }

    void Int32(uint tag)
    {
        if (NextValue())
        {
            // Negative numbers are written as ten bytes, as every encoder writes an int32.
            _out.Varint(tag, (ulong)Math.Clamp(Signed(), int.MinValue, int.MaxValue));
        }
    }

    void UInt32(uint tag)
    {
        if (NextValue())
        {
            _out.Varint(tag, Math.Min(Unsigned(), uint.MaxValue));
        }
    }

    void Fixed32(uint tag)
    {
        if (NextValue())
        {
            _out.Fixed32(tag, (uint)Math.Min(Unsigned(), uint.MaxValue));
        }
    }

    void Fixed64(uint tag)
    {
        if (NextValue())
        {
            _out.Fixed64(tag, Unsigned());
        }
    }

    void Double(uint tag)
    {
        if (NextValue())
        {
            _out.Fixed64(tag, BitConverter.DoubleToUInt64Bits(Real()));
        }
    }

    long Signed()
    {
        Span<byte> buffer = stackalloc byte[NumberBytesMax];
        ReadOnlySpan<byte> text = Short(buffer);
        if (Utf8Parser.TryParse(text, out long value, out int used) && used == text.Length)
        {
            return value;
        }

        double real = WholeReal();
        return real >= long.MaxValue ? long.MaxValue : real <= long.MinValue ? long.MinValue : (long)real;
    }

    ulong Unsigned()
    {
        Span<byte> buffer = stackalloc byte[NumberBytesMax];
        ReadOnlySpan<byte> text = Short(buffer);
        if (Utf8Parser.TryParse(text, out ulong value, out int used) && used == text.Length)
        {
            return value;
        }

        double real = WholeReal();
        return real >= ulong.MaxValue ? ulong.MaxValue : real <= 0 ? 0 : (ulong)real;
    }

    double WholeReal()
    {
        double real = Real();
        if (!double.IsInteger(real))
        {
            Fail("a whole number is expected");
        }

        return real;
    }

    double Real()
    {
        if (_json.TokenType == JsonTokenType.Number)
        {
            return _json.TryGetDouble(out double number) ? number : double.NaN;
        }

        Expect(JsonTokenType.String);
        Span<byte> buffer = stackalloc byte[NumberBytesMax];
        ReadOnlySpan<byte> text = Short(buffer);
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value))
        {
            Fail("a number is expected");
        }

        return value;
    }

    /// <summary>Base64, of either alphabet, with or without padding. Source: protobuf's JSON mapping of <c>bytes</c>.</summary>
    void Base64(uint tag)
    {
        if (!NextValue())
        {
            return;
        }

        Expect(JsonTokenType.String);
        int mark = _out.Begin(tag);
        AppendRaw();
        if (_json.ValueIsEscaped)
        {
            _out.CutTo(mark + JsonText.Unescape(_out.From(mark)));
        }

        Span<byte> text = _out.From(mark);
        text.Replace((byte)'+', (byte)'-');
        text.Replace((byte)'/', (byte)'_');
        text = text.TrimEnd((byte)'=');
        if (!Base64Url.IsValid(text))
        {
            Fail("base64 is expected");
        }

        _out.CutTo(mark + Base64Url.DecodeFromUtf8InPlace(text));
        _out.End(mark);
    }

    /// <summary>Length of a string's text.</summary>
    readonly long Length() => _json.HasValueSequence ? _json.ValueSequence.Length : _json.ValueSpan.Length;

    /// <summary>The text of a number or of a string that holds one; empty when it is too long for that.</summary>
    readonly ReadOnlySpan<byte> Short(Span<byte> buffer)
    {
        if (_json.TokenType is not (JsonTokenType.Number or JsonTokenType.String))
        {
            Expect(JsonTokenType.Number);
        }

        if (Length() > buffer.Length)
        {
            return default;
        }

        if (!_json.HasValueSequence)
        {
            return _json.ValueSpan;
        }

        _json.ValueSequence.CopyTo(buffer);
        return buffer[..(int)Length()];
    }
}
