using System.Security.Cryptography;
using System.Text;

namespace Receivers.Otlp.Security;

/// <summary>Compares the <c>Authorization</c> of a request with the credentials that are allowed. Safe on any thread.</summary>
/// <remarks>
/// Digests are compared, all of them and in constant time, so that neither length nor place of the first difference shows in the answer's delay.
/// </remarks>
sealed class OtlpAuthentication
{
    const string Bearer = "Bearer ";
    const string Basic = "Basic ";

    readonly byte[][] _bearer;
    readonly byte[][] _basic;

    public OtlpAuthentication(OtlpOptions options)
    {
        _bearer = [.. options.BearerTokens.Select(Digest)];
        _basic = [.. options.BasicCredentials.Select(pair => Digest(Convert.ToBase64String(Encoding.UTF8.GetBytes(pair))))];
        Challenge = string.Join(", ", new[] { _bearer.Length > 0 ? "Bearer" : "", _basic.Length > 0 ? "Basic realm=\"otlp\", charset=\"UTF-8\"" : "" }.Where(part => part.Length > 0));
    }

    /// <summary>Value of <c>WWW-Authenticate</c>.</summary>
    public string Challenge { get; }

    /// <param name="authorization">The header; null when there is none, joined by commas when there are several, which matches nothing.</param>
    public bool IsAllowed(string? authorization)
    {
        if (_bearer.Length == 0 && _basic.Length == 0)
        {
            return true;
        }

        if (authorization is null)
        {
            return false;
        }

        return authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? Matches(_bearer, authorization[Bearer.Length..])
            : authorization.StartsWith(Basic, StringComparison.OrdinalIgnoreCase) && Matches(_basic, authorization[Basic.Length..]);
    }

    static bool Matches(byte[][] allowed, string given)
    {
        byte[] digest = Digest(given.Trim());
        bool isFound = false;
        foreach (byte[] one in allowed)
        {
            isFound |= CryptographicOperations.FixedTimeEquals(one, digest);
        }

        return isFound;
    }

    static byte[] Digest(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
