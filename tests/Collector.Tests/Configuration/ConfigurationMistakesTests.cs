using System.Diagnostics;
using System.Text;
using Collector.Configuration;
using Collector.Tests.Shared;
using Tests.Shared;

namespace Collector.Tests.Configuration;

/// <summary>What a user reads who got something wrong. The texts are snapshots, so that a change of them is seen.</summary>
public sealed class ConfigurationMistakesTests
{
    [Theory]
    [InlineData("misspelt-key", "receivers:\n  syslog:\n    upd: 0.0.0.0:514\npipelin:\n  workers: 2\n")]
    [InlineData("unknown-key", "http:\n  colour: blue\n")]
    [InlineData("unknown-nested", "rules:\n  - match: { ap: sshd, app: x }\n    severty: info\n    mute: true\n")]
    [InlineData("unknown-receiver", "receivers:\n  sylog: {}\n")]
    [InlineData("wrong-types", "receivers: 5\npipeline:\n  workers: many\n  intake_bytes_max: 64MB\n  wait_max: 5\n  parked_bytes_max: [1]\nhttp:\n  listen: localhost\nrules: no\nlog: [debug]\n")]
    [InlineData("out-of-range", "pipeline:\n  workers: 257\n  intake_bytes_max: 1KiB\n  wait_max: 2h\nshutdown_grace: 0s\n")]
    [InlineData("huge-numbers", "pipeline:\n  workers: 99999999999999999999\n  intake_bytes_max: 9223372036854775807GiB\n  wait_max: 99999999999999d\n")]
    [InlineData("duplicates", "http: { listen: off }\nlog: {level: info}\nhttp: { listen: off }\nstatus:\n  listen: off\n  listen: 127.0.0.1:1\n")]
    [InlineData("no-value", "pipeline:\n  workers:\nlog:\n  level: ~\n")]
    [InlineData("bad-word", "classifier: { policy: modle }\nlog: { level: verbose }\n")]
    [InlineData("bad-rules", "rules:\n  - { severity: info }\n  - { match: { app: x } }\n  - match: { regex: '(', template: xyz, severity: [warn, eror] }\n    category: storrage\n  - match: { regex: '(?=x)' }\n    mute: true\n  - just text\n  - { match: { structured_data: iut=3 }, mute: true }\n")]
    [InlineData("no-receiver", "receivers: {}\n")]
    [InlineData("same-port", "receivers:\n  syslog: { udp: 0.0.0.0:8000, tcp: 127.0.0.1:8000 }\nstatus: { listen: '[::]:8080' }\nhttp: { listen: 127.0.0.1:8080 }\n")]
    [InlineData("default-port-taken", "receivers:\n  syslog: { tcp: 0.0.0.0:8080 }\n")]
    [InlineData("substitution", "http: { listen: '${NOPE}' }\nlog: { level: '${file:/no/such/file}' }\nstatus: { listen: '${}' }\nclassifier: { policy: '${TOKEN' }\npipeline: { wait_max: '${file:/}' }\n")]
    [InlineData("secret-in-message", "http: { listen: '${TOKEN}' }\nrules:\n  - match: { template: 'x${TOKEN}' }\n    mute: true\n  - match: { severity: '${TOKEN}' }\n    mute: true\n")]
    [InlineData("syntax-tab", "http:\n\tlisten: off\n")]
    [InlineData("syntax-colon", "http:\n  listen: off\n pipeline: x\n")]
    [InlineData("syntax-unclosed", "http: { listen: off\n")]
    [InlineData("syntax-unquoted-substitution", "http: { listen: ${PORT} }\n")]
    [InlineData("two-documents", "http: {listen: off}\n---\nhttp: {listen: off}\n")]
    [InlineData("not-a-map", "- http\n- log\n")]
    [InlineData("key-is-a-list", "? [a, b]\n: c\nhttp: {listen: off}\n")]
    [InlineData("tag", "log: { level: !!python/object info }\n")]
    [InlineData("alias-of-itself", "log: &a { level: *a }\n")]
    [InlineData("alias-of-nothing", "log: *nothing\n")]
    [InlineData("control-characters", "\"\\e[31mred\": \"\\u202e\"\nlog: { level: \"\\e]0;title\\a\" }\n")]
    public void RenderMistakes_WrongFile_NamesEveryMistake(string name, string yaml)
    {
        LoadedConfiguration configuration = Configured.From(yaml);
        Assert.False(configuration.IsGood);
        string text = configuration.RenderMistakes();
        Assert.DoesNotContain("hunter2", text, StringComparison.Ordinal);
        Snapshot.Verify(text, parameters: name);
    }

    [Fact]
    public void Parse_NotUtf8_NamesTheByte()
    {
        byte[] yaml = [.. "log:\n  level: "u8, 0xFF, .. "\n"u8];
        Assert.StartsWith("collector.yaml:2:10: a byte that is not UTF-8", Configured.From(yaml).RenderMistakes(), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_LongFile_SaysTheLimit()
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("collector.yaml", new string('#', 10 << 20));
        LoadedConfiguration configuration = ConfigurationLoader.Load(file);
        Assert.StartsWith($"{file}: longer than 1MiB", configuration.RenderMistakes(), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_NamedFileMissing_IsAMistake()
    {
        LoadedConfiguration configuration = ConfigurationLoader.Load("/no/such/collector.yaml");
        Assert.Equal("/no/such/collector.yaml: cannot be read: no such file\n1 mistake in the configuration; nothing was started.", configuration.RenderMistakes());
    }

    [Fact]
    public void Load_Folder_IsAMistake() =>
        Assert.StartsWith("/: cannot be read: it is a folder", ConfigurationLoader.Load("/").RenderMistakes(), StringComparison.Ordinal);

    [Theory]
    [InlineData("[", 200_000)]
    [InlineData("{a: ", 100_000)]
    [InlineData("- ", 200_000)]
    public void Parse_DeeplyNested_StopsAtTheBound(string opening, int count)
    {
        long start = Stopwatch.GetTimestamp();
        LoadedConfiguration configuration = Configured.From(string.Concat(Enumerable.Repeat(opening, count)));
        Assert.Contains("nested deeper than 32 levels", configuration.RenderMistakes(), StringComparison.Ordinal);
        // Some milliseconds, and time for a machine that stands still.
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 15);
    }

    [Fact]
    public void Parse_AliasesOfAliases_StopsAtTheBound()
    {
        StringBuilder yaml = new("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 30; i++)
        {
            yaml.Append($"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        }

        Assert.Contains("more than 100000 values", Configured.Mistakes(yaml.ToString()), StringComparison.Ordinal);
    }

    [Fact]
    public void RenderMistakes_ThousandsOfThem_ShowsAHundred()
    {
        string yaml = string.Concat(Enumerable.Range(0, 5_000).Select(i => $"unknown_{i}: 1\n"));
        string[] lines = Configured.Mistakes(yaml).Split('\n');
        Assert.Equal(101, lines.Length);
    }

    [Fact]
    public void Parse_EveryPrefixOfAFile_EndsWithoutAnException()
    {
        const string Yaml = "rules:\n  - &r { match: { app: ['a', \"b\\x41\"] }, severity: info }\n  - *r\nhttp: { listen: \"${PORT}\" } # end\nlog: |\n  x\n";
        for (int length = 0; length <= Yaml.Length; length++)
        {
            Assert.NotEmpty(Configured.From(Yaml[..length]).RenderMistakes());
        }
    }

    [Fact]
    public void Parse_RandomBytes_EndsWithoutAnException()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        ReadOnlySpan<byte> alphabet = "ab:,-?&*!|>'\"%@`{}[]#\n\n  \t$\\é\0"u8;
        byte[] yaml = new byte[200];
        for (int round = 0; round < 3_000; round++)
        {
            foreach (ref byte b in yaml.AsSpan())
            {
                b = alphabet[random.Next(alphabet.Length)];
            }

            try
            {
                Configured.From(yaml);
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}, round {round}: {Convert.ToBase64String(yaml)}\n{e}");
            }
        }
    }
}
