using Receivers;

namespace Collector.Alerts.Webhook;

/// <summary>Settings of a webhook of one's own.</summary>
/// <param name="Target">Where the messages are posted.</param>
/// <param name="Secret">Key of the signature; empty for none.</param>
sealed record WebhookOptions(AlertTarget Target, string Secret)
{
    // As long as the hash: RFC 2104 §3.
    const int SecretLengthMin = 16;

    public static WebhookOptions Read(OptionsReader options)
    {
        AlertTarget target = AlertTarget.Read(options, "url", "Where each message is posted as JSON.");
        string secret = options.Text("secret", null, "Key of the HMAC-SHA256 over time and body in the header `X-Collector-Signature`; without it nothing is signed.") ?? "";
        if (secret.Length is > 0 and < SecretLengthMin)
        {
            options.Mistake("secret", $"must have at least {SecretLengthMin} characters, or it can be guessed");
        }

        return new WebhookOptions(target, secret);
    }
}
