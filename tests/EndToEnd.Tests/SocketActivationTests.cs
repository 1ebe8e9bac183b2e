using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using EndToEnd.Tests.Harness;
using Xunit.Abstractions;

namespace EndToEnd.Tests;

/// <summary>Sockets that a service manager binds and keeps (LISTEN_FDS), while the process behind them is restarted.</summary>
public sealed class SocketActivationTests(ITestOutputHelper output)
{
    // Binds, writes the ports into the configuration, and starts Collector again at each SIGUSR1, as systemd does with a .socket unit.
    const string Manager = """
        use Socket; use POSIX ();
        $^F = 10; $| = 1;
        my ($binary, $configuration) = @ARGV;
        my $loopback = INADDR_LOOPBACK;
        socket(my $tcp, PF_INET, SOCK_STREAM, 0) or die; bind($tcp, sockaddr_in(0, $loopback)) or die; listen($tcp, 1024) or die;
        socket(my $udp, PF_INET, SOCK_DGRAM, 0) or die; bind($udp, sockaddr_in(0, $loopback)) or die;
        socket(my $grpc, PF_INET, SOCK_STREAM, 0) or die; bind($grpc, sockaddr_in(0, $loopback)) or die; listen($grpc, 1024) or die;
        die "files" unless fileno($tcp) == 3 && fileno($udp) == 4 && fileno($grpc) == 5;
        my ($tcpport, $udpport, $grpcport) = map { (sockaddr_in(getsockname($_)))[0] } $tcp, $udp, $grpc;
        { local @ARGV = ($configuration); local $^I = ""; while (<>) { s/TCPPORT/$tcpport/; s/UDPPORT/$udpport/; s/GRPCPORT/$grpcport/; print; } }
        print "ports $tcpport $udpport $grpcport\n";
        my $child;
        sub start {
            $child = fork();
            if (!$child) { $ENV{LISTEN_PID} = $$; $ENV{LISTEN_FDS} = 3; exec($binary, "run", "--config", $configuration); }
        }
        my ($again, $end) = (0, 0);
        $SIG{USR1} = sub { $again = 1; kill "TERM", $child; };
        $SIG{TERM} = sub { $end = 1; kill "TERM", $child; };
        start();
        while (1) {
            my $gone = waitpid($child, 0);
            next if $gone < 0 && $!{EINTR};
            my $code = $? >> 8;
            exit $code if $end || !$again || $code;
            $again = 0;
            print "restarting\n";
            start();
        }
        """;

    [Fact]
    public async Task Restart_BehindSocketsOfTheManager_RefusesNobodyAndLosesNoDatagram()
    {
        using TemporaryFolder folder = new();
        string configuration = folder.Write("collector.yaml", $$"""
            receivers:
              syslog: { udp: "127.0.0.1:UDPPORT", tcp: "127.0.0.1:TCPPORT" }
              otlp: { grpc: "127.0.0.1:GRPCPORT", http: off }
            http: { listen: off }
            status: { listen: off }
            outputs:
              file: { path: "{{folder.File("records.jsonl")}}" }
            """);
        await using RunningProgram manager = new("perl", ["-e", Manager, CollectorProcess.Binary, configuration], folder.Path);
        Match ports = Regex.Match(await manager.WaitForLineAsync(l => l.StartsWith("ports ", StringComparison.Ordinal)), @"ports (\d+) (\d+) (\d+)");
        int tcp = Number(ports.Groups[1]), udp = Number(ports.Groups[2]), grpc = Number(ports.Groups[3]);
        await WaitForStartAsync(manager, 1);

        const int Restarts = 2;
        int datagrams = 0, connections = 0;
        using CancellationTokenSource end = new();
        Task restarts = Task.Run(async () =>
        {
            for (int i = 1; i <= Restarts; i++)
            {
                await Task.Delay(300);
                manager.Signal(10);
                await WaitForStartAsync(manager, i + 1);
            }

            await Task.Delay(300);
            await end.CancelAsync();
        });
        using Socket sender = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        sender.Connect(IPAddress.Loopback, udp);
        while (!end.IsCancellationRequested)
        {
            sender.Send(System.Text.Encoding.ASCII.GetBytes($"<134>1 2026-11-25T10:00:00Z web1 udp 1 - - datagram {datagrams++}"));
            // Neither is ever refused, whoever is there to take it.
            using SyslogSender connection = await SyslogSender.ConnectTcpAsync(tcp);
            await connection.SendAsync($"<134>1 2026-11-25T10:00:00Z web1 tcp 1 - - connection {connections++}\n");
            using SyslogSender call = await SyslogSender.ConnectTcpAsync(grpc);
            // What comes while nobody reads must fit into the buffer that the kernel gives without a privilege.
            await Task.Delay(5);
        }

        await restarts;
        Assert.Equal(0, await manager.StopAsync());
        string[] bodies = [.. File.ReadLines(folder.File("records.jsonl")).Select(l => JsonDocument.Parse(l).RootElement.GetProperty("body").GetString()!)];
        int heard = bodies.Count(b => b.StartsWith("connection ", StringComparison.Ordinal));
        output.WriteLine($"{datagrams} datagrams, {connections} connections, {heard} lines of them");
        Assert.Equal(
            Enumerable.Range(0, datagrams).Select(i => $"datagram {i}").Order(StringComparer.Ordinal),
            bodies.Where(b => b.StartsWith("datagram ", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        // A line may cross with the end of a connection that was accepted just before the stop: TCP has no answer to that, RELP has.
        Assert.InRange(heard, connections - Restarts - 1, connections);
    }

    static async Task WaitForStartAsync(RunningProgram manager, int starts)
    {
        int seen = 0;
        await manager.WaitForLineAsync(
            _ => (seen = manager.Errors.Count(l => l.Contains("Ready.", StringComparison.Ordinal))) >= starts);
    }

    static int Number(Group group) => int.Parse(group.Value, CultureInfo.InvariantCulture);
}
