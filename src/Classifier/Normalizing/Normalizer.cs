namespace Classifier.Normalizing;

/// <summary>App name and body to the text that the model reads and that the template key is taken from: lower case, numbers and ids folded.</summary>
/// <remarks>The rules are <c>models/PREPROCESSING.md</c>, section 1, byte for byte. Allocates nothing; safe on any thread.</remarks>
public static partial class Normalizer
{
    /// <summary>Bytes of the app name that are looked at: RFC 5424's own limit.</summary>
    public const int AppBytesMax = 48;

    /// <summary>Bytes of the body that are looked at.</summary>
    public const int BodyBytesMax = 1024;

    /// <summary>Bytes of the longest normalised text: no rule makes a text longer, and the two parts are joined by <c>": "</c>.</summary>
    public const int TextBytesMax = AppBytesMax + 2 + BodyBytesMax;

    /// <summary>Writes the normalised text.</summary>
    /// <param name="app">App name, may be empty; any bytes, any length.</param>
    /// <param name="body">Message; any bytes, any length.</param>
    /// <param name="text">Receives the text: at least <see cref="TextBytesMax"/> bytes, no slack is needed. Bytes beyond the result may be overwritten.</param>
    /// <returns>Bytes of the text, 0 to <see cref="TextBytesMax"/>.</returns>
    public static int Normalize(ReadOnlySpan<byte> app, ReadOnlySpan<byte> body, Span<byte> text) => Normalize(Simd.Width, app, body, text);

    internal static int Normalize(SimdWidth width, ReadOnlySpan<byte> app, ReadOnlySpan<byte> body, Span<byte> text) => width switch
    {
        SimdWidth.Vector512 => NormalizeWindows<WindowScan512>(app, body, text),
        SimdWidth.Vector256 => NormalizeWindows<WindowScan256>(app, body, text),
        SimdWidth.Vector128 => NormalizeWindows<WindowScan128>(app, body, text),
        _ => NormalizeScalar(app, body, text),
    };

    /// <summary>Shortens to a length that does not split a UTF-8 sequence.</summary>
    internal static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> bytes, int lengthMax)
    {
        if (bytes.Length <= lengthMax)
        {
            return bytes;
        }

        while (lengthMax > 0 && (bytes[lengthMax] & 0xC0) == 0x80)
        {
            lengthMax--;
        }

        return bytes[..lengthMax];
    }
}
