using System.Globalization;
using System.Text;
using System.Text.Json;
using Receivers.Syslog;
using Tests.Shared;

namespace Receivers.Tests.Syslog;

/// <summary>Cases of other projects, where they lie beside the checkout. An <c>error</c> case passes when the record is kept whole and marked.</summary>
public sealed class ConformanceTests
{
    const int DefaultMax = 65_536;

    [Theory]
    [InlineData("go-syslog.jsonl")]
    [InlineData("rsyslog-utf8.jsonl")]
    [InlineData("otel-stanza.jsonl")]
    public void Messages_OfSuite_AreAsItSays(string file) => Run(file, "message", static @case =>
    {
        // A stamp without a year is compared as the wall clock of the sender, whose zone the case names: read in UTC it is just that.
        Parsed parsed = Parsed.From(Input(@case), Observed(@case));
        return Differences(@case.GetProperty("expect"), parsed, Input(@case));
    });

    [Theory]
    [InlineData("go-syslog-streams.jsonl")]
    [InlineData("otel-stanza.jsonl")]
    public void Streams_OfSuite_AreAsItSays(string file) => Run(file, "stream", static @case =>
    {
        JsonElement expected = @case.GetProperty("expect").GetProperty("strict");
        Parsed[] frames = [.. Frames(@case, SyslogFraming.Auto).Select(f => Parsed.From(f.Bytes, framing: f.Marks))];
        StringBuilder differences = new();
        int at = 0;
        foreach (JsonElement one in expected.EnumerateArray())
        {
            if (at >= frames.Length)
            {
                // An empty stream has nothing to keep.
                differences.Append(Input(@case).Length > 0 ? "frame missing; " : "");
                break;
            }

            differences.Append(Differences(one, frames[at], frames[at].Original));
            at++;
        }

        return differences.ToString();
    });

    [Fact]
    public void Framing_OfSyslogNg_IsAsItSays() => Run("syslog-ng-framing.jsonl", "stream", static @case =>
    {
        JsonElement expect = @case.GetProperty("expect");
        SyslogFraming framing = @case.GetProperty("framing").GetString() switch
        {
            "octet" => SyslogFraming.Octet,
            "lf" => SyslogFraming.Lf,
            _ => SyslogFraming.Auto,
        };
        string[] expected = [.. expect.GetProperty("frames_base64").EnumerateArray().Select(f => f.GetString()!)];
        (byte[] Bytes, ParseMarks Marks)[] frames = [.. Frames(@case, framing)];
        string[] actual = [.. frames.Select(f => Convert.ToBase64String(f.Bytes))];
        if (expect.GetProperty("end").GetString() == "error")
        {
            // Where the peer gives up and closes, the bytes are kept and marked.
            bool isKept = frames.Length > 0 && frames.All(f => Parsed.From(f.Bytes, framing: f.Marks).Marks != ParseMarks.None);
            return isKept ? "" : "not kept";
        }

        return expected.SequenceEqual(actual) ? "" : $"expected {string.Join(' ', expected)}, got {string.Join(' ', actual)}";
    });

    static void Run(string file, string kind, Func<JsonElement, string> check)
    {
        if (Repository.Conformance(file) is not { } path)
        {
            return;
        }

        List<string> failures = [];
        List<string> tagged = [];
        int cases = 0;
        foreach (string line in File.ReadLines(path))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement @case = document.RootElement;
            if (@case.GetProperty("kind").GetString() != kind)
            {
                continue;
            }

            cases++;
            string difference = check(@case);
            if (difference.Length > 0)
            {
                (@case.TryGetProperty("tags", out _) ? tagged : failures).Add($"{@case.GetProperty("name").GetString()}: {difference}");
            }
        }

        Console.WriteLine($"{file}, {kind}: {cases} cases, untagged that differ: {failures.Count}, tagged that differ: {tagged.Count}");
        Assert.True(failures.Count == 0, string.Join('\n', failures));
        Assert.True(cases > 0);
    }

    static string Differences(JsonElement expect, Parsed parsed, byte[] input)
    {
        if (expect.TryGetProperty("error", out _))
        {
            // RFC 5424 §6.3.3: a backslash before any other character stands for itself, so this one is no error.
            bool isRight = input.AsSpan().IndexOf("\\n\""u8) >= 0;
            return parsed.Marks == ParseMarks.None ? (isRight ? "" : "not marked") : parsed.Original.AsSpan().SequenceEqual(input) ? "" : "not kept";
        }

        StringBuilder differences = new();
        foreach (JsonProperty property in expect.EnumerateObject())
        {
            string? actual = Actual(property.Name, parsed, out bool isKnown);
            string? expected = Expected(property);
            if (isKnown && expected != actual)
            {
                differences.Append(CultureInfo.InvariantCulture, $"{property.Name}: expected {expected ?? "null"}, got {actual ?? "null"}; ");
            }
        }

        return differences.ToString();
    }

    static string? Expected(JsonProperty property) => property switch
    {
        { Value.ValueKind: JsonValueKind.Null } => null,
        { Name: "timestamp" } => Instant(property.Value.GetString()!),
        { Name: "message" or "hostname" or "appname" or "procid" or "msgid" } => Absent(Latin(Encoding.UTF8.GetBytes(property.Value.GetString()!))),
        { Name: "message_base64" } => Latin(property.Value.GetBytesFromBase64()),
        { Name: "structured_data" } => string.Concat(property.Value.EnumerateObject().Select(e =>
            $"[{e.Name}{string.Concat(e.Value.EnumerateObject().Select(p => $" {p.Name}={p.Value.GetString()}").Order(StringComparer.Ordinal))}]").Order(StringComparer.Ordinal)),
        _ => property.Value.ToString(),
    };

    static string? Actual(string name, Parsed parsed, out bool isKnown)
    {
        isKnown = true;
        LogRecord record = parsed.Record;
        switch (name)
        {
            case "facility":
                return record.Facility < 0 ? null : record.Facility.ToString(CultureInfo.InvariantCulture);
            case "severity":
                return record.SeverityNumber == 0 ? null : Enumerable.Range(0, 8).First(s => SeverityNumbers.FromSyslog(s) == record.SeverityNumber).ToString(CultureInfo.InvariantCulture);
            case "hostname":
                return Absent(parsed.Host);
            case "appname":
                return Absent(parsed.App);
            case "procid":
                return Absent(parsed.Pid);
            case "msgid":
                return Absent(parsed.MsgId);
            case "message" or "message_base64":
                return Absent(parsed.Body);
            case "timestamp":
                return Absent(parsed.Stamp);
            case "timestamp_no_year":
                return parsed.Stamp[5..19];
            case "structured_data":
                return Show(parsed.Data);
            default:
                // "version" has no place in a record, "accept" asks for nothing more than one.
                isKnown = false;
                return null;
        }
    }

    static string Show(string data)
    {
        List<string> elements = [];
        StructuredData reader = new(Encoding.Latin1.GetBytes(data));
        while (reader.TryReadElement(out StructuredElement element))
        {
            List<string> parameters = [];
            string id = Encoding.UTF8.GetString(element.Id);
            while (element.TryReadParam(out StructuredParam param))
            {
                byte[] value = new byte[param.RawValue.Length];
                int length = param.Unescape(value);
                parameters.Add($" {Encoding.UTF8.GetString(param.Name)}={Encoding.UTF8.GetString(value, 0, length)}");
            }

            elements.Add($"[{id}{string.Concat(parameters.Order(StringComparer.Ordinal))}]");
        }

        return string.Concat(elements.Order(StringComparer.Ordinal));
    }

    static IEnumerable<(byte[] Bytes, ParseMarks Marks)> Frames(JsonElement @case, SyslogFraming framing)
    {
        byte[] stream = Input(@case);
        int max = Option(@case, "max_message_length") is { ValueKind: JsonValueKind.Number } limit ? limit.GetInt32() : DefaultMax;
        int[] reads = Option(@case, "chunks") is { ValueKind: JsonValueKind.Array } chunks ? [.. chunks.EnumerateArray().Select(c => c.GetInt32())] : [];
        string[] split = SyslogFramerTests.Frames(stream, framing, max, reads);
        Assert.Equal(SyslogFramerTests.Frames(stream, framing, max), split);
        Assert.Equal(split, SyslogFramerTests.Frames(stream, framing, max, [.. Enumerable.Repeat(1, stream.Length > 1000 ? 0 : stream.Length)]));
        foreach (string frame in split)
        {
            int bar = frame.LastIndexOf('|');
            ParseMarks marks = ParseMarks.None;
            bool isMarked = bar >= 0 && Enum.TryParse(frame[(bar + 1)..], out marks);
            yield return (Encoding.Latin1.GetBytes(isMarked ? frame[..bar] : frame), marks);
        }
    }

    static JsonElement Option(JsonElement @case, string name) =>
        @case.TryGetProperty("options", out JsonElement options) && options.TryGetProperty(name, out JsonElement value) ? value : default;

    static byte[] Input(JsonElement @case) => @case.GetProperty("input_base64").GetBytesFromBase64();

    // The suites set the year where we take the one nearest to receipt: receive in that year.
    static long Observed(JsonElement @case) => Option(@case, "year") is { ValueKind: JsonValueKind.Number } year
        ? (new DateTime(year.GetInt32(), 7, 15, 0, 0, 0, DateTimeKind.Utc).Ticks - DateTime.UnixEpoch.Ticks) * 100
        : Parsed.Now;

    static string Instant(string stamp)
    {
        int fraction = stamp.IndexOf('.', StringComparison.Ordinal);
        string digits = fraction < 0 ? "" : new string([.. stamp[(fraction + 1)..].TakeWhile(char.IsAsciiDigit)]);
        string whole = fraction < 0 ? stamp : stamp[..fraction] + stamp[(fraction + 1 + digits.Length)..];
        // .NET refuses offsets beyond 14 hours.
        int sign = whole.EndsWith('Z') ? 0 : whole[^6] == '-' ? -1 : 1;
        DateTime local = DateTime.Parse(whole[..19], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
        TimeSpan offset = sign == 0 ? TimeSpan.Zero : TimeSpan.ParseExact(whole[^5..], @"hh\:mm", CultureInfo.InvariantCulture) * sign;
        long seconds = (local - offset - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerSecond;
        return Parsed.Format((seconds * 1_000_000_000) + long.Parse(digits.PadRight(9, '0'), CultureInfo.InvariantCulture));
    }

    static string? Absent(string text) => text.Length == 0 ? null : text;

    static string Latin(byte[] bytes) => Encoding.Latin1.GetString(bytes);
}
