using System.Text;
using Receivers.Syslog;

namespace Receivers.Tests.Syslog;

public sealed class SyslogParserTests
{
    /// <summary>Frame, stamp, host, app, pid, body, marks.</summary>
    public static TheoryData<string, string, string, string, string, string, ParseMarks> Dialects { get; } = new()
    {
        // RFC 5424
        { "<34>1 2003-10-11T22:14:15.003Z web1.example.com su - ID47 - 'su root' failed", "2003-10-11T22:14:15.003Z", "web1.example.com", "su", "", "'su root' failed", ParseMarks.None },
        { "<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% text", "2003-08-24T12:14:15.000003Z", "192.0.2.1", "myproc", "8710", "%% text", ParseMarks.None },
        { "<14>1 - - - - - -", "", "", "", "", "", ParseMarks.None },
        { "<14>1 2026-01-02T03:04:05.123456789Z h a p m - x", "2026-01-02T03:04:05.123456789Z", "h", "a", "p", "x", ParseMarks.None },
        { "<14>1 2026-06-30T23:59:60Z h a p m - leap", "2026-07-01T00:00:00Z", "h", "a", "p", "leap", ParseMarks.None },
        { "<14>1 2026-01-02T03:04:05Z h a p m -  two  blanks ", "2026-01-02T03:04:05Z", "h", "a", "p", " two  blanks ", ParseMarks.None },
        { "<14>1 2026-02-30T03:04:05Z h a p m - no such day", "", "h", "a", "p", "no such day", ParseMarks.InvalidHeader | ParseMarks.MissingTimestamp },
        { "<14>1 2026-01-02t03:04:05z h a p m - small letters", "2026-01-02T03:04:05Z", "h", "a", "p", "small letters", ParseMarks.InvalidHeader },
        { "<14>1 2026-01-02T03:04:05Z h a p m no data at all", "2026-01-02T03:04:05Z", "h", "a", "p", "no data at all", ParseMarks.InvalidStructuredData },
        { "<14>1 2026-01-02T03:04:05Z h a p m [bad text", "2026-01-02T03:04:05Z", "h", "a", "p", "[bad text", ParseMarks.InvalidStructuredData },
        { "<14>1 2026-01-02T03:04:05Z h a p m -\n", "2026-01-02T03:04:05Z", "h", "a", "p", "", ParseMarks.None },
        { "<14>1 - h\na - - -", "", "", "", "", "<14>1 - h\na - - -", ParseMarks.InvalidHeader | ParseMarks.MissingTimestamp | ParseMarks.MissingHostname },
        { "<14>1 9999-12-31T23:59:59Z h a p m - far", "", "h", "a", "p", "far", ParseMarks.MissingTimestamp },
        { "1 2026-01-02T03:04:05Z h a p m - no PRI", "2026-01-02T03:04:05Z", "h", "a", "p", "no PRI", ParseMarks.MissingPri },

        // RFC 3164
        { "<34>Oct 11 22:14:15 mymachine su: 'su root' failed", "2026-10-11T22:14:15Z", "mymachine", "su", "", "'su root' failed", ParseMarks.None },
        { "<34>Oct 11 22:14:15 mymachine sshd[812]: Accepted", "2026-10-11T22:14:15Z", "mymachine", "sshd", "812", "Accepted", ParseMarks.None },
        { "<34>Oct  1 22:14:15 mymachine sshd[812] Accepted", "2026-10-01T22:14:15Z", "mymachine", "sshd", "812", "Accepted", ParseMarks.None },
        { "<34>oct 1 22:14:15 mymachine su:'x'", "2026-10-01T22:14:15Z", "mymachine", "su", "", "'x'", ParseMarks.None },
        { "<13>Nov  5 17:32:18 10.0.0.99 Use the BFG!", "2026-11-05T17:32:18Z", "10.0.0.99", "", "", "Use the BFG!", ParseMarks.None },
        { "<13>Nov  5 17:32:18 fe80::1%eth0 app: v6", "2026-11-05T17:32:18Z", "fe80::1%eth0", "app", "", "v6", ParseMarks.None },
        { "<13>Nov  5 17:32:18 [2001:db8::7] app: v6", "2026-11-05T17:32:18Z", "2001:db8::7", "app", "", "v6", ParseMarks.None },
        { "<13>Nov  5 17:32:18 app: no host", "2026-11-05T17:32:18Z", "", "app", "", "no host", ParseMarks.MissingHostname },
        { "<13>Nov  5 17:32:18 app[7]: no host", "2026-11-05T17:32:18Z", "", "app", "7", "no host", ParseMarks.MissingHostname },
        { "<13>Nov  5 17:32:18 - app: nil host", "2026-11-05T17:32:18Z", "", "app", "", "nil host", ParseMarks.MissingHostname },
        { "<13>Nov  5 17:32:18 host", "2026-11-05T17:32:18Z", "host", "", "", "", ParseMarks.None },
        { "<13>Nov  5 17:32:18 host {\"a\":1}", "2026-11-05T17:32:18Z", "host", "", "", "{\"a\":1}", ParseMarks.None },
        { "<13>Nov  5 17:32:18 host app: {\"a\":1}", "2026-11-05T17:32:18Z", "host", "app", "", "{\"a\":1}", ParseMarks.None },
        { "<13>Nov  5 17:32:18 host CEF:0|Vendor|Product|1.0|100|name|5|src=1.2.3.4", "2026-11-05T17:32:18Z", "host", "", "", "CEF:0|Vendor|Product|1.0|100|name|5|src=1.2.3.4", ParseMarks.None },
        { "<13>Nov  5 17:32:18 host LEEF:1.0|V|P|1|id|", "2026-11-05T17:32:18Z", "host", "", "", "LEEF:1.0|V|P|1|id|", ParseMarks.None },
        { "<13>Nov  5 17:32:18 host http://x/ is down", "2026-11-05T17:32:18Z", "host", "", "", "http://x/ is down", ParseMarks.None },
        { "<13>Nov  5 17:32:18 host [ERROR] x", "2026-11-05T17:32:18Z", "host", "", "", "[ERROR] x", ParseMarks.None },
        { "<13>Nov  5 17:32:18 [ERROR] x", "2026-11-05T17:32:18Z", "", "", "", "[ERROR] x", ParseMarks.MissingHostname },
        { "<13>Nov  5 17:32:18 last message repeated 3 times", "2026-11-05T17:32:18Z", "", "", "", "last message repeated 3 times", ParseMarks.MissingHostname },
        { "<13>Nov  5 17:32:18 host kernel: [   12.5] eth0: up", "2026-11-05T17:32:18Z", "host", "kernel", "", "[   12.5] eth0: up", ParseMarks.None },
        { "<13>Nov 31 17:32:18 host app: x", "", "", "", "", "Nov 31 17:32:18 host app: x", ParseMarks.MissingTimestamp | ParseMarks.MissingHostname },
        { "<28>2019-12-02T16:49:23+02:00 host app[23410]: Test", "2019-12-02T14:49:23Z", "host", "app", "23410", "Test", ParseMarks.None },
        { "<28>2019-12-02T16:49:23.5+0200 host app: Test", "2019-12-02T14:49:23.5Z", "host", "app", "", "Test", ParseMarks.None },
        { "<28>2019-12-02 16:49:23 host app: Test", "2019-12-02T16:49:23Z", "host", "app", "", "Test", ParseMarks.None },

        // No stamp
        { "<13>app: text", "", "", "app", "", "text", ParseMarks.MissingTimestamp | ParseMarks.MissingHostname },
        { "<13>host app[1]: text", "", "host", "app", "1", "text", ParseMarks.MissingTimestamp },
        { "<13>some text: more", "", "some", "text", "", "more", ParseMarks.MissingTimestamp },
        { "<13>some more text: yes", "", "", "", "", "some more text: yes", ParseMarks.MissingTimestamp | ParseMarks.MissingHostname },
        { "<13>5 errors found", "", "", "", "", "5 errors found", ParseMarks.MissingTimestamp | ParseMarks.MissingHostname },
        { "<13>{\"level\":\"error\"}", "", "", "", "", "{\"level\":\"error\"}", ParseMarks.MissingTimestamp | ParseMarks.MissingHostname },
        { "<13>", "", "", "", "", "", ParseMarks.MissingTimestamp | ParseMarks.MissingHostname },

        // No PRI, bad PRI
        { "Nov  5 17:32:18 host app: text", "2026-11-05T17:32:18Z", "host", "app", "", "text", ParseMarks.MissingPri },
        { "plain: text", "", "", "", "", "plain: text", ParseMarks.MissingPri | ParseMarks.MissingTimestamp | ParseMarks.MissingHostname },
        { "sshd[12]: Failed password", "", "", "sshd", "12", "Failed password", ParseMarks.MissingPri | ParseMarks.MissingTimestamp | ParseMarks.MissingHostname },
        { "", "", "", "", "", "", ParseMarks.MissingPri | ParseMarks.MissingTimestamp | ParseMarks.MissingHostname },
        { "<192>Nov  5 17:32:18 host app: x", "", "", "", "", "<192>Nov  5 17:32:18 host app: x", ParseMarks.InvalidPri | ParseMarks.MissingTimestamp | ParseMarks.MissingHostname },
        { "<00>x", "", "", "", "", "<00>x", ParseMarks.InvalidPri | ParseMarks.MissingTimestamp | ParseMarks.MissingHostname },
        { "<>x", "", "", "", "", "<>x", ParseMarks.InvalidPri | ParseMarks.MissingTimestamp | ParseMarks.MissingHostname },
        { "<2147483648>x", "", "", "", "", "<2147483648>x", ParseMarks.InvalidPri | ParseMarks.MissingTimestamp | ParseMarks.MissingHostname },
        { "<14", "", "", "", "", "<14", ParseMarks.InvalidPri | ParseMarks.MissingTimestamp | ParseMarks.MissingHostname },

        // Devices
        { "<189>123: *Mar  1 18:48:50.483 UTC: %SYS-5-CONFIG_I: Configured from console", "2027-03-01T18:48:50.483Z", "", "", "", "%SYS-5-CONFIG_I: Configured from console", ParseMarks.UnsyncedClock | ParseMarks.MissingHostname | ParseMarks.FutureTimestamp },
        { "<189>123: 000456: .Nov  1 18:48:50.483: %LINK-3-UPDOWN: down", "2026-11-01T18:48:50.483Z", "", "", "", "%LINK-3-UPDOWN: down", ParseMarks.UnsyncedClock | ParseMarks.MissingHostname },
        { "<189>42: router1: Nov  1 18:48:50 EST: %LINK-3-UPDOWN: down", "2026-11-01T23:48:50Z", "router1", "", "", "%LINK-3-UPDOWN: down", ParseMarks.None },
        { "<189>: 2026 Nov  1 10:20:30 UTC: %ETHPORT-5-IF_UP: up", "2026-11-01T10:20:30Z", "", "", "", "%ETHPORT-5-IF_UP: up", ParseMarks.MissingHostname },
        { "<187>521: RP/0/RSP0/CPU0:Nov  1 10:20:30.123 UTC: ifmgr[123]: %PKT_INFRA-LINK-3-UPDOWN : x", "2026-11-01T10:20:30.123Z", "", "ifmgr", "123", "%PKT_INFRA-LINK-3-UPDOWN : x", ParseMarks.MissingHostname },
        { "<166>Jul 14 2013 05:14:00 ciscoasa : %ASA-6-302015: Built", "2013-07-14T05:14:00Z", "ciscoasa", "", "", "%ASA-6-302015: Built", ParseMarks.None },
        { "<166>Jul 14 2013 05:14:00: %ASA-6-302015: Built", "2013-07-14T05:14:00Z", "", "", "", "%ASA-6-302015: Built", ParseMarks.MissingHostname },
        { "<190>Jan 01 2020 00:00:00+08:00 HUAWEI %%01SHELL/5/CMD(l)[1]:text", "2019-12-31T16:00:00Z", "HUAWEI", "", "", "%%01SHELL/5/CMD(l)[1]:text", ParseMarks.None },
        { "<13>2025 Jan 03 10:11:12 brocade1 raslogd: x", "2025-01-03T10:11:12Z", "brocade1", "raslogd", "", "x", ParseMarks.None },
        { "<13>Jan  3 10:11:12 2025 linksys app: x", "2025-01-03T10:11:12Z", "linksys", "app", "", "x", ParseMarks.None },
        { "<13>Fri Jan 03 10:11:12 2025 host app: x", "2025-01-03T10:11:12Z", "host", "app", "", "x", ParseMarks.None },
        { "<134> Nov  1 00:00:00 10.1.1.1 00077 ports: port 1 is on-line", "2026-11-01T00:00:00Z", "10.1.1.1", "", "", "00077 ports: port 1 is on-line", ParseMarks.None },
        { "<13>Nov  1 00:00:00 Message forwarded from aix1: sshd[123]: text", "2026-11-01T00:00:00Z", "aix1", "sshd", "123", "text", ParseMarks.None },
        { "<133>Nov  1 00:00:00 bigip1 notice mcpd[99]: 01070: text", "2026-11-01T00:00:00Z", "bigip1", "mcpd", "99", "01070: text", ParseMarks.None },
        { "<133>Nov  1 00:00:00 bigip1 notice of text", "2026-11-01T00:00:00Z", "bigip1", "", "", "notice of text", ParseMarks.None },
        { "<134>1 1563249630.774247467 MX84 events type=vpn", "2019-07-16T04:00:30.774247467Z", "MX84", "", "", "events type=vpn", ParseMarks.None },
        { "<185>date=2019-05-10 time=11:37:47 devname=\"FGT-1\" devid=\"F\" tz=\"-0700\" level=\"alert\"", "2019-05-10T18:37:47Z", "FGT-1", "", "", "date=2019-05-10 time=11:37:47 devname=\"FGT-1\" devid=\"F\" tz=\"-0700\" level=\"alert\"", ParseMarks.None },
        { "<185>date=2019-05-10 time=11:37:47 devname=FGT", "2019-05-10T11:37:47Z", "FGT", "", "", "date=2019-05-10 time=11:37:47 devname=FGT", ParseMarks.None },

        // Framing where there should be none
        { "38 <13>Nov  5 17:32:18 host app: counted", "2026-11-05T17:32:18Z", "host", "app", "", "counted", ParseMarks.UnexpectedFraming },
        { " <13>Nov  5 17:32:18 host app: blank", "2026-11-05T17:32:18Z", "host", "app", "", "blank", ParseMarks.None },
        { "<13>Nov  5 17:32:18 host app: trailing\r\n\0\n", "2026-11-05T17:32:18Z", "host", "app", "", "trailing", ParseMarks.None },
        { "\u00EF\u00BB\u00BF<13>Nov  5 17:32:18 host app: mark first", "2026-11-05T17:32:18Z", "host", "app", "", "mark first", ParseMarks.None },
    };

    /// <summary>P7 is among them: PRI of 192 and above, empty, unclosed, with a leading zero.</summary>
    [Theory]
    [MemberData(nameof(Dialects))]
    public void Parse_Dialect_GivesFields(string frame, string stamp, string host, string app, string pid, string body, ParseMarks marks)
    {
        Parsed parsed = Parsed.From(frame);
        Assert.Equal((stamp, host, app, pid, body, marks), (parsed.Stamp, parsed.Host, parsed.App, parsed.Pid, parsed.Body, parsed.Marks));
        Assert.Equal(Encoding.Latin1.GetBytes(frame), parsed.Original);
    }

    /// <summary>What a dialect puts into the header that has no field of its own is kept beside; nothing of a header that was given up.</summary>
    [Theory]
    [InlineData("<189>123: *Mar  1 18:48:50.483 UTC: %SYS-5-CONFIG_I: x", "123")]
    [InlineData("<189>123: 000456: .Nov  1 18:48:50.483: %LINK-3-UPDOWN: down", "000456")]
    [InlineData("<189>42: router1: Nov  1 18:48:50 EST: %LINK-3-UPDOWN: down", "42")]
    [InlineData("<189>: 2026 Nov  1 10:20:30 UTC: %ETHPORT-5-IF_UP: up", "")]
    [InlineData("<133>Nov  1 00:00:00 bigip1 notice mcpd[99]: 01070: text", "notice")]
    [InlineData("<133>Nov  1 00:00:00 bigip1 notice of text", "")]
    [InlineData("<13>1 2026-11-01T00:00:00Z h a p m - text", "")]
    public void Parse_WordOfADialect_IsKept(string frame, string word)
    {
        LogRecord record = Parsed.From(frame).Record;
        Assert.Equal(word, Slice(frame, record.HeaderWord, record.Original.Offset));

        static string Slice(string text, Slice slice, int offset) => slice.IsEmpty ? "" : text.Substring(slice.Offset - offset, slice.Length);
    }

    [Fact]
    public void Parse_EveryPri_GivesFacilityAndSeverity()
    {
        byte[] numbers = [21, 19, 18, 17, 13, 10, 9, 5];
        for (int pri = 0; pri <= 191; pri++)
        {
            LogRecord record = Parsed.From($"<{pri}>Nov  5 17:32:18 h a: x").Record;
            Assert.Equal((pri / 8, numbers[pri % 8]), (record.Facility, record.SeverityNumber));
        }

        LogRecord none = Parsed.From("no PRI").Record;
        Assert.Equal((-1, 0), (none.Facility, none.SeverityNumber));
    }

    /// <summary>P11: a byte order mark before the message is part of it; before the PRI it is skipped.</summary>
    [Fact]
    public void Parse_ByteOrderMark_IsPartOfTheBody()
    {
        Parsed parsed = Parsed.From("<34>1 - h a p m - \uFEFFgrüße"u8);
        Assert.Equal("\uFEFFgrüße"u8.ToArray(), Encoding.Latin1.GetBytes(parsed.Body));
        Assert.Equal(ParseMarks.None, parsed.Marks);
    }

    /// <summary>P11: kept as it came and marked; outputs write valid UTF-8 and the original beside it.</summary>
    [Fact]
    public void Parse_InvalidUtf8_IsMarkedAndKept()
    {
        Parsed parsed = Parsed.From("<34>1 - h a p m - \xC1\x8E");
        Assert.Equal(("\xC1\x8E", ParseMarks.InvalidUtf8), (parsed.Body, parsed.Marks));
    }

    /// <summary>P8: longer than the RFC allows.</summary>
    [Fact]
    public void Parse_LongFields_AreReadAndMarked()
    {
        string app = new('a', 49);
        Parsed parsed = Parsed.From($"<34>1 - h {app} p m - x");
        Assert.Equal((app, "x", ParseMarks.InvalidHeader), (parsed.App, parsed.Body, parsed.Marks));
    }

    /// <summary>P8: host, tag and process id that never end, at and around every limit; nothing is read beyond the text and nothing is lost.</summary>
    [Theory]
    [InlineData("<13>Nov  5 17:32:18 ")]
    [InlineData("<13>Nov  5 17:32:18 host ")]
    [InlineData("<13>Nov  5 17:32:18 host app[")]
    [InlineData("<13>1 2026-11-05T17:32:18Z ")]
    [InlineData("<13>1 2026-11-05T17:32:18Z host app pid msgid [")]
    [InlineData("<13>1 2026-11-05T17:32:18Z host app pid msgid [id name=\"")]
    [InlineData("")]
    public void Parse_FieldWithoutEnd_IsKept(string before)
    {
        foreach (int length in new[] { 1, 31, 32, 33, 47, 48, 49, 63, 64, 65, 127, 128, 129, 254, 255, 256, 257, 8_192 })
        {
            string frame = before + new string('a', length);
            Parsed parsed = Parsed.From(frame);
            AssertInside(parsed);
            Assert.Equal(Encoding.Latin1.GetBytes(frame), parsed.Original);
            Assert.Contains(new string('a', length), string.Join('|', parsed.Host, parsed.App, parsed.Body), StringComparison.Ordinal);
        }
    }

    /// <summary>P10: NUL, controls, escapes of terminals and line ends inside a message are stored as they came.</summary>
    [Theory]
    [InlineData("a\0b")]
    [InlineData("a\r\nb\rc\nd")]
    [InlineData("\x1b[31mred\x1b[0m\x07\x08\x7f")]
    public void Parse_Controls_AreStoredAsTheyCame(string body)
    {
        Assert.Equal(body, Parsed.From("<34>1 - h a p m - " + body).Body);
        Assert.Equal(body, Parsed.From("<13>Nov  5 17:32:18 host app: " + body).Body);
    }

    [Theory]
    [InlineData("<14>Dec 31 23:59:59 h a: x", "2027-01-01T00:00:10Z", "2026-12-31T23:59:59Z")]
    [InlineData("<14>Jan  1 00:00:05 h a: x", "2026-12-31T23:59:59Z", "2027-01-01T00:00:05Z")]
    [InlineData("<14>Feb 29 12:00:00 h a: x", "2027-03-01T00:00:00Z", "2028-02-29T12:00:00Z")]
    [InlineData("<14>Feb 29 12:00:00 h a: x", "2025-03-01T00:00:00Z", "2024-02-29T12:00:00Z")]
    [InlineData("<14>Feb 29 12:00:00 h a: x", "2026-03-01T00:00:00Z", "")]
    [InlineData("<14>Jun 15 12:00:00 h a: x", "2026-12-01T00:00:00Z", "2026-06-15T12:00:00Z")]
    public void Parse_StampWithoutYear_TakesTheNearest(string frame, string observed, string expected)
    {
        long now = (DateTimeOffset.Parse(observed, System.Globalization.CultureInfo.InvariantCulture).Ticks - DateTime.UnixEpoch.Ticks) * 100;
        Assert.Equal(expected, Parsed.From(frame, now).Stamp);
    }

    [Theory]
    [InlineData("Europe/Berlin", "<14>Jul  1 12:00:00 h a: x", "2026-07-01T10:00:00Z")]
    [InlineData("Europe/Berlin", "<14>Nov 20 12:00:00 h a: x", "2026-11-20T11:00:00Z")]
    [InlineData("Asia/Kathmandu", "<14>Nov 20 12:00:00 h a: x", "2026-11-20T06:15:00Z")]
    [InlineData("America/New_York", "<14>Dec 31 20:00:00 h a: x", "2027-01-01T01:00:00Z")]
    [InlineData("America/New_York", "<14>1 2026-11-01T00:00:00Z h a p m - x", "2026-11-01T00:00:00Z")]
    public void Parse_StampWithoutZone_IsReadInTheSendersZone(string zone, string frame, string expected)
    {
        SyslogZone there = new(TimeZoneInfo.FindSystemTimeZoneById(zone));
        Assert.Equal(expected, Parsed.From(frame, zone: there).Stamp);
    }

    [Fact]
    public void Parse_FutureStamp_IsKeptAndMarked()
    {
        Parsed parsed = Parsed.From("<14>1 2026-11-26T12:00:01Z h a p m - x");
        Assert.Equal(("2026-11-26T12:00:01Z", ParseMarks.FutureTimestamp), (parsed.Stamp, parsed.Marks));
        Assert.Equal(ParseMarks.None, Parsed.From("<14>1 2026-11-26T12:00:00Z h a p m - x").Marks);
    }

    /// <summary>P9: every message cut at every byte.</summary>
    [Fact]
    public void Parse_EveryPrefixOfEveryDialect_GivesOneRecord()
    {
        foreach (object[] row in (IEnumerable<object[]>)Dialects)
        {
            byte[] frame = Encoding.Latin1.GetBytes((string)row[0]);
            for (int length = 0; length < frame.Length; length++)
            {
                Parsed parsed = Parsed.From(frame.AsSpan(0, length));
                Assert.Equal(length, parsed.Original.Length);
                AssertInside(parsed);
            }
        }
    }

    /// <summary>The fuzzer of the parser: whatever the bytes, one record that lies inside its frame.</summary>
    [Fact]
    public void Parse_MutatedFrames_GiveOneRecordEach()
    {
        byte[][] seeds = [.. ((IEnumerable<object[]>)Dialects).Select(row => Encoding.Latin1.GetBytes((string)row[0]))];
        long allocated = 0;
        Mutation.Run(random =>
        {
            byte[] frame = Mutation.Of(seeds, random);
            return (frame, Check);

            void Check()
            {
                try
                {
                    Parsed parsed = Parsed.From(frame);
                    allocated += parsed.AllocatedBytes;
                    AssertInside(parsed);
                }
                catch (Exception e)
                {
                    Assert.Fail($"seed {Mutation.Seed}, frame {Convert.ToHexString(frame)}: {e}");
                }
            }
        });
        Assert.InRange(allocated, 0, Mutation.AllocatedBytesMax);
    }

    static void AssertInside(Parsed parsed) =>
        _ = parsed.Host + parsed.App + parsed.Pid + parsed.MsgId + parsed.Data + parsed.Body;
}
