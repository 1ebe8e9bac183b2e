using System.Globalization;
using System.Net;
using System.Text;
using Classifier;
using MimeKit;
using MimeKit.Text;

namespace Collector.Alerts.Email;

/// <summary>A notice as a mail: text and HTML, threaded by template and host.</summary>
/// <remarks>Nothing of a record reaches the mail but as escaped text: it has no controls (<see cref="AlertText"/>), headers are encoded, HTML is escaped.</remarks>
sealed class EmailMessage(EmailOptions own, AlertOptions options)
{
    const int ThreadsMax = 5;
    const int AlertsMax = 10;

    public MimeMessage Create(AlertNotice notice)
    {
        MimeMessage message = new() { Subject = AlertText.Title(notice), Date = notice.Time };
        MailboxAddress sender = MailboxAddress.Parse(own.From);
        message.From.Add(sender);
        message.To.AddRange(InternetAddressList.Parse(own.To));
        // Out-of-office replies help nobody: RFC 3834 §5.
        message.Headers.Add("Auto-Submitted", "auto-generated");
        if (notice.Kind == AlertNoticeKind.Firing)
        {
            message.Importance = MessageImportance.High;
        }

        string domain = sender.Domain.Length > 0 ? sender.Domain : "localhost";
        message.MessageId = string.Create(CultureInfo.InvariantCulture, $"{Thread(notice)}.{notice.Time.UtcTicks}@{domain}");
        foreach (Alert alert in notice.Alerts.Take(ThreadsMax))
        {
            // A mail that does not exist roots the thread, so that none has to be remembered.
            message.References.Add($"alert.{alert.Id}@{domain}");
        }

        foreach (string storm in notice.EndedStorms.Append(notice.Storm).Where(storm => storm.Length > 0).Take(ThreadsMax))
        {
            message.References.Add($"storm.{storm}@{domain}");
        }

        message.Body = new MultipartAlternative
        {
            new TextPart(TextFormat.Plain) { Text = Text(notice) },
            new TextPart(TextFormat.Html) { Text = Html(notice) },
        };
        return message;
    }

    static string Thread(AlertNotice notice) => notice.Alerts.Count > 0 ? notice.Alerts[0].Id : notice.EndedStorms.FirstOrDefault("test");

    string Text(AlertNotice notice)
    {
        StringBuilder text = new();
        text.Append(AlertText.Title(notice)).Append('\n');
        foreach (Alert alert in notice.Alerts.Take(AlertsMax))
        {
            text.Append('\n').Append(alert.Line).Append("\n\n");
            foreach ((string name, string value) in Facts(alert))
            {
                text.Append(name).Append(": ").Append(value).Append('\n');
            }
        }

        if (Footer(notice) is { Length: > 0 } footer)
        {
            text.Append('\n').Append(footer).Append('\n');
        }

        return text.ToString();
    }

    string Html(AlertNotice notice)
    {
        StringBuilder html = new("<!DOCTYPE html><html><body style=\"font-family:sans-serif\">\n");
        html.Append("<h3>").Append(WebUtility.HtmlEncode(AlertText.Title(notice))).Append("</h3>\n");
        foreach (Alert alert in notice.Alerts.Take(AlertsMax))
        {
            html.Append("<pre style=\"white-space:pre-wrap;background:#f4f4f4;padding:8px\">").Append(WebUtility.HtmlEncode(alert.Line)).Append("</pre>\n<table>\n");
            foreach ((string name, string value) in Facts(alert))
            {
                string shown = WebUtility.HtmlEncode(value);
                string cell = name == "records" ? $"<a href=\"{shown}\">{shown}</a>" : name == "to mute" ? $"<code>{shown}</code>" : shown;
                html.Append("<tr><td>").Append(name).Append("</td><td>").Append(cell).Append("</td></tr>\n");
            }

            html.Append("</table>\n");
        }

        html.Append("<p>").Append(WebUtility.HtmlEncode(Footer(notice))).Append("</p></body></html>\n");
        return html.ToString();
    }

    static string Footer(AlertNotice notice)
    {
        int more = notice.Alerts.Count - AlertsMax;
        string rest = more > 0 ? string.Create(CultureInfo.InvariantCulture, $"and {more} more") : "";
        string suppressed = AlertText.Suppressed(notice);
        return rest.Length > 0 && suppressed.Length > 0 ? $"{rest}; {suppressed}" : rest + suppressed;
    }

    IEnumerable<(string Name, string Value)> Facts(Alert alert)
    {
        yield return ("severity", $"{alert.Severity.Name()} ({alert.Category.Name()})");
        yield return ("from", AlertText.Origin(alert));
        yield return ("why", AlertText.Judgement(alert));
        if (AlertText.Words(alert) is { Length: > 0 } words)
        {
            yield return ("words", words);
        }

        yield return ("how often", AlertText.Frequency(alert));
        foreach (string line in alert.Before)
        {
            yield return ("before", line);
        }

        if (options.LinkTo(alert) is { } link)
        {
            yield return ("records", link);
        }

        yield return ("to mute", AlertText.MuteRule(alert));
    }
}
