using System.Text;

namespace Collector.Configuration;

/// <summary>One parameter of structured data and its value, as UTF-8. Written as in a message, without the quotes: <c>exampleSDID@32473 iut=3</c>.</summary>
sealed record StructuredCondition(byte[] Id, byte[] Name, byte[] Value)
{
    /// <returns>Null for anything else. Neither an id nor a name can hold a blank or <c>=</c> (RFC 5424 §6.3.3); a value can hold all.</returns>
    public static StructuredCondition? Parse(string text)
    {
        int blank = text.IndexOf(' ', StringComparison.Ordinal);
        int equals = blank < 0 ? -1 : text.IndexOf('=', blank);
        return blank > 0 && equals > blank + 1
            ? new StructuredCondition(Encoding.UTF8.GetBytes(text[..blank]), Encoding.UTF8.GetBytes(text[(blank + 1)..equals]), Encoding.UTF8.GetBytes(text[(equals + 1)..]))
            : null;
    }
}
