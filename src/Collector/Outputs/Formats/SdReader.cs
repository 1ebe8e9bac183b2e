namespace Collector.Outputs.Formats;

/// <summary>Walks well-formed RFC 5424 structured data (§6.3) parameter by parameter. Allocates nothing.</summary>
ref struct SdReader(ReadOnlySpan<byte> text)
{
    readonly ReadOnlySpan<byte> _text = text;
    int _at;
    bool _isInElement;

    /// <summary>SD-ID of the element that was entered last.</summary>
    public ReadOnlySpan<byte> Id { get; private set; }

    /// <summary>PARAM-NAME read last.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>PARAM-VALUE read last, escapes intact.</summary>
    public ReadOnlySpan<byte> RawValue { get; private set; }

    /// <summary>Goes to the next element, past what was not read of this one.</summary>
    public bool NextElement()
    {
        while (_isInElement && NextParam())
        {
        }

        if (_at >= _text.Length || _text[_at] != '[')
        {
            return false;
        }

        ReadOnlySpan<byte> rest = _text[++_at..];
        int length = rest.IndexOfAny((byte)' ', (byte)']');
        if (length < 0)
        {
            return false;
        }

        Id = rest[..length];
        _at += length;
        _isInElement = true;
        return true;
    }

    /// <summary>Goes to the next parameter of the element.</summary>
    public bool NextParam()
    {
        while (_at < _text.Length && _text[_at] == ' ')
        {
            _at++;
        }

        if (!_isInElement || _at >= _text.Length || _text[_at] == ']')
        {
            return End();
        }

        ReadOnlySpan<byte> rest = _text[_at..];
        int equals = rest.IndexOf("=\""u8);
        if (equals < 0)
        {
            return End();
        }

        Name = rest[..equals];
        _at += equals + 2;
        int start = _at;
        while (_at < _text.Length && _text[_at] != '"')
        {
            _at += _text[_at] == '\\' ? 2 : 1;
        }

        RawValue = _text[start..Math.Min(_at, _text.Length)];
        _at++;
        return true;
    }

    bool End()
    {
        _isInElement = false;
        _at++;
        return false;
    }
}
