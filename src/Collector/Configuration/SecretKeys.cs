namespace Collector.Configuration;

/// <summary>Keys whose values are never printed, even where the user typed the secret into the file itself.</summary>
static class SecretKeys
{
    static readonly string[] Words = ["password", "passphrase", "secret", "token", "webhook", "authorization", "headers", "credential", "api_key", "routing_key", "proxy"];

    /// <summary>A key that names a file (<c>password_file</c>) holds no secret.</summary>
    public static bool Match(string key) =>
        !key.EndsWith("_file", StringComparison.Ordinal) && Words.Any(word => key.Contains(word, StringComparison.OrdinalIgnoreCase));
}
