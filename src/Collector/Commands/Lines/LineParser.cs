using System.Text;
using System.Text.Json;
using Receivers;
using Receivers.Syslog;

namespace Collector.Commands.Lines;

/// <summary>One line of a log file to records, whatever wrote it. Safe on any thread for different batches.</summary>
/// <param name="app">App name for lines that name none; may be empty.</param>
sealed class LineParser(string app)
{
    static readonly string[] LevelWords =
        ["emerg", "panic", "alert", "crit", "critical", "fatal", "err", "error", "severe", "warn", "warning", "notice", "info", "debug", "trace", "verbose"];

    readonly byte[] _app = Encoding.UTF8.GetBytes(app);
    readonly SyslogParserContext _context = new(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() * 1_000_000, SyslogZone.Utc, 0);

    /// <summary>App of a record: its own, or the one for lines that name none.</summary>
    public ReadOnlySpan<byte> AppOf(RecordBatch batch, in LogRecord record) => record.AppName.IsEmpty ? _app : batch[record.AppName];

    /// <summary>Appends the records of every line of a batch. Blank lines have none.</summary>
    public void ParseAll(RecordBatch batch)
    {
        for (int start = 0, end; start < batch.BytesUsed; start = end + 1)
        {
            int newline = batch.Buffer.AsSpan(start, batch.BytesUsed - start).IndexOf((byte)'\n');
            end = newline < 0 ? batch.BytesUsed : start + newline;
            Parse(batch, new Slice(start, end - start));
        }
    }

    /// <summary>Appends the records of one line.</summary>
    /// <param name="batch">Holds the line in its buffer. Decoded JSON texts are written over it: they are never longer.</param>
    /// <param name="line">Without its end.</param>
    public LineFormat Parse(RecordBatch batch, Slice line)
    {
        ReadOnlySpan<byte> text = batch[line];
        if (text.Trim(" \t\r\0"u8).IsEmpty)
        {
            return LineFormat.Plain;
        }

        if (text.TrimStart(" \t"u8)[0] == '{' && TryParseJson(batch, line, out LineFormat format))
        {
            return format;
        }

        ParseMarks marks = SyslogParser.Parse(batch, line, _context);
        LogRecord record = batch.Records[^1];
        if ((marks & (ParseMarks.MissingPri | ParseMarks.InvalidPri)) == 0
            || ((marks & ParseMarks.MissingTimestamp) == 0 && !record.AppName.IsEmpty && !record.Hostname.IsEmpty && !IsLevelWord(batch[record.Hostname])))
        {
            return LineFormat.Syslog;
        }

        // Without a PRI, "ERROR db: connection lost" behind a stamp is an application's line and no header: its words are what the model must read.
        batch.RemoveLast();
        AddPlain(batch, line);
        return LineFormat.Plain;
    }

    static void AddPlain(RecordBatch batch, Slice line)
    {
        ReadOnlySpan<byte> text = batch[line];
        ref LogRecord record = ref batch.Add();
        record.Original = line;
        record.Body = line with { Length = text.TrimEnd(" \t\r\0"u8).Length };
    }

    static bool IsLevelWord(ReadOnlySpan<byte> host)
    {
        ReadOnlySpan<byte> word = host.Trim("[]:"u8);
        foreach (string level in LevelWords)
        {
            if (Ascii.EqualsIgnoreCase(word, level))
            {
                return true;
            }
        }

        return false;
    }

    static bool TryParseJson(RecordBatch batch, Slice line, out LineFormat format)
    {
        format = LineFormat.Json;
        int before = batch.Count;
        // A copy, because the texts are written over the line while the document is still read.
        byte[] original = batch[line].ToArray();
        try
        {
            using JsonDocument document = JsonDocument.Parse(original);
            JsonElement root = document.RootElement;
            JsonTexts texts = new(batch, line);
            if (root.TryGetProperty("resourceLogs", out JsonElement resourceLogs))
            {
                format = LineFormat.Otlp;
                OtlpJsonLine.Parse(texts, resourceLogs);
                return true;
            }

            if (root.TryGetProperty("MESSAGE", out JsonElement entry) && entry.ValueKind is JsonValueKind.String or JsonValueKind.Array)
            {
                format = LineFormat.Journald;
                AddJournald(texts, root, entry);
                return true;
            }

            foreach (string key in (ReadOnlySpan<string>)["body", "msg", "message", "log"])
            {
                if (root.TryGetProperty(key, out JsonElement body) && body.ValueKind is JsonValueKind.String)
                {
                    byte severity = root.TryGetProperty("severity_number", out JsonElement number) && number.ValueKind is JsonValueKind.Number
                        && number.TryGetByte(out byte value) && value <= 24 ? value : (byte)0;
                    texts.Add(texts.Write(root, "app"), texts.Write(body), severity);
                    return true;
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Looks like JSON and is none, has another shape, or holds half a surrogate pair: then it is text.
            while (batch.Count > before)
            {
                batch.RemoveLast();
            }

            original.CopyTo(batch.Buffer, line.Offset);
        }

        return false;
    }

    /// <summary>Fields: systemd.journal-fields(7). Bytes that are not text come as an array of numbers.</summary>
    static void AddJournald(JsonTexts texts, JsonElement root, JsonElement message)
    {
        byte severity = root.TryGetProperty("PRIORITY", out JsonElement priority) && priority.ValueKind is JsonValueKind.String
            && priority.GetString() is [>= '0' and <= '7' and char digit]
            ? SeverityNumbers.FromSyslog(digit - '0') : (byte)0;
        Slice app = texts.Write(root, "SYSLOG_IDENTIFIER");
        texts.Add(app.IsEmpty ? texts.Write(root, "_COMM") : app, texts.Write(message), severity);
    }
}
