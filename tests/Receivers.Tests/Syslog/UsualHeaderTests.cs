using System.Globalization;
using System.Text;
using Receivers.Syslog;

namespace Receivers.Tests.Syslog;

/// <summary>What is read in a few steps is what is read byte by byte: whole records are compared.</summary>
public sealed class UsualHeaderTests
{
    const int Rounds = 100_000;
    const int Before = 7;

    static readonly SyslogZone Berlin = new(TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"));

    // One for all lines of a test, so that a stamp may be known from the line before.
    readonly SyslogParserContext _context = new(Parsed.Now, Berlin, 0, new StampMemo());

    static readonly string[] Seeds =
    [
        "<34>1 2003-10-11T22:14:15.003Z web1.example.com su - ID47 - 'su root' failed for lonvick",
        "<165>1 2026-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - [a b=\"c\"] text that goes on",
        "<0>1 2024-02-29T23:59:60+14:00 - - - - - leap",
        "<34>Oct 11 22:14:15 mymachine sshd[812]: Accepted publickey for root",
        "<13>Feb 29 00:00:00 10.0.0.99 kernel: eth0: link is up",
        "<191>Dec  1 22:14:15 a-b_c.d postfix/smtpd[1] connect from unknown",
    ];

    [Fact]
    public void Parse_OfMadeLines_IsTheSameInAFewSteps()
    {
        Random random = new(Mutation.Seed);
        int usual = 0;
        for (int i = 0; i < Rounds; i++)
        {
            usual += Compare(Encoding.UTF8.GetBytes(Line(random)), random) ? 1 : 0;
        }

        // Else nothing was compared.
        Assert.InRange(usual, Rounds / 10, Rounds);
    }

    [Fact]
    public void Parse_OfDamagedLines_IsTheSameInAFewSteps()
    {
        Random random = new(Mutation.Seed);
        byte[][] seeds = [.. Seeds.Select(Encoding.UTF8.GetBytes)];
        for (int i = 0; i < Rounds; i++)
        {
            Compare(Mutation.Of(seeds, random), random);
        }
    }

    [Fact]
    public void Parse_OfALineCutOrChangedAnywhere_IsTheSameInAFewSteps()
    {
        Random random = new(Mutation.Seed);
        foreach (byte[] seed in Seeds.Select(Encoding.UTF8.GetBytes))
        {
            for (int at = 0; at < seed.Length; at++)
            {
                Compare(seed[..at], random);
                for (int b = 0; b < 256; b++)
                {
                    byte[] changed = [.. seed];
                    changed[at] = (byte)b;
                    Compare(changed, random);
                }
            }
        }
    }

    [Theory]
    [InlineData("<34>1 2026-10-11T22:14:15.003Z web1.example.com su - ID47 - failed", true)]
    [InlineData("<34>1 2026-10-11T22:14:15+02:00 web1 su 12 ID47 [a b=\"c\"] failed", true)]
    [InlineData("<34>Oct 11 22:14:15 web1.example.com su[12]: failed", true)]
    [InlineData("<34>Oct  1 22:14:15 10.1.2.3 postfix/smtpd: failed", true)]
    [InlineData("<34>Oct  1 22:14:15 web1 su: failed", true)]
    [InlineData("<34>Oct  1 22:14:15 last su: failed", false)]
    [InlineData("<34>Oct  1 22:14:15 2025 su: failed", false)]
    [InlineData("<34>Oct  1 22:14:15 Web1 su: failed", false)]
    [InlineData("<34>1 2026-10-11T22:14:15.003z web1 su - ID47 - failed", false)]
    public void TryReadUsual_OfALine_SaysWhetherItIs(string line, bool isUsual) =>
        Assert.Equal(isUsual, Compare(Encoding.UTF8.GetBytes(line), new Random(Mutation.Seed)));

    /// <summary>Compares at the end of a buffer, where nothing can be read in a few steps, and before bytes of every kind.</summary>
    /// <returns>Whether the header is usual.</returns>
    bool Compare(byte[] line, Random random)
    {
        SyslogParserContext context = _context.For(random.Next(2) == 0 ? SyslogZone.Utc : Berlin, 0);
        RecordBatch batch = new RecordBatchPool().Rent(Before + line.Length + (random.Next(8) == 0 ? 0 : 300));
        batch.Buffer.AsSpan().Fill((byte)" -]:7Z.0"[random.Next(8)]);
        line.CopyTo(batch.Buffer.AsSpan(Before));
        Slice frame = new(Before, line.Length);
        ParseMarks usual = SyslogParser.Parse(batch, frame, context);
        ParseMarks full = SyslogParser.Parse(batch, frame, context, ParseMarks.None, isAscii: false, isFull: true);
        Assert.Equal(full, usual);
        if (!batch.Records[0].Equals(batch.Records[1]))
        {
            Assert.Fail($"seed {Mutation.Seed}: {Encoding.Latin1.GetString(line)}");
        }

        batch.Add().Source = 0;
        return new SyslogParser.Reader(batch[frame], Before, context, ref batch.Records[2]).TryReadUsual(batch.Buffer.Length - Before);
    }

    /// <summary>A usual line, of which each part may be odd.</summary>
    static string Line(Random random)
    {
        string Pick(params string[] of) => of[random.Next(of.Length)];
        string Or(string usual, params string[] odd) => random.Next(16) == 0 ? Pick(odd) : usual;
        string Number(int from, int below, string format = "D") => random.Next(from, below).ToString(format, CultureInfo.InvariantCulture);
        string Digits(int count) => string.Concat(Enumerable.Range(0, count).Select(_ => Number(0, 10)));
        string Word() => Or(
            Pick("a", "web1", "10.0.0.9", "web-1.example.com", "sshd", "x_y", new string('w', random.Next(1, 12))),
            "-", "last", "2025", "Message", "UTC", "postfix/smtpd", "x~y@z", "(a)", "é", "[::1]", new string('w', random.Next(1, 70)));
        string Blank() => Or(" ", "  ", "", "\t");
        string pri = "<" + Or(Number(0, 192), Number(0, 1200), Number(0, 100, "D3"), "", "-1") + ">";
        string time = $"{Or(Number(0, 24, "D2"), Number(24, 100), "1")}:{Or(Number(0, 60, "D2"), "60")}:{Or(Number(0, 61, "D2"), "61", "1")}";
        if (random.Next(2) == 0)
        {
            string fraction = random.Next(3) == 0 ? "" : Or(".", ",") + Digits(Math.Min(random.Next(1, 9), random.Next(0, 40)));
            string stamp = $"{Or(Number(1970, 2171), Number(1, 9999, "D4"))}-{Or(Number(1, 13, "D2"), "00", "13")}-{Or(Number(1, 31, "D2"), "00", "31", "32")}"
                + Or("T", " ", "t") + time + fraction + Or(Pick("Z", "+02:00", "-07:30"), "", "z", "-0730", "+25:00");
            return $"{pri}{Or("1", "2", "01", "123", "")} {Or(stamp, "-")}{Blank()}{Word()}{Blank()}{Word()}{Blank()}{Pick("-", "1234", Word())}{Blank()}{Pick("-", Word())}"
                + $"{Blank()}{Pick("-", "-", "[a b=\"c\"]", "[a", "x")}{Or(" text " + Word(), "")}";
        }

        string month = Or(Pick("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), "dec", "Mon", "...");
        string day = Or(Pick(Number(10, 32), " " + Number(1, 10)), "0" + Number(0, 10), Number(0, 10), " 0");
        return $"{pri}{month} {day} {time}{Blank()}{Word()}{Blank()}{Word()}{Or(Pick("", "[1]", "[12345]"), "[]", "[a b]", "[1")}{Or(":", "", ";")}{Blank()}"
            + $"text {Word()}{Or("", "\n", "\r\n")}";
    }
}
