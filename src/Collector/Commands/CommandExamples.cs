using System.CommandLine;

namespace Collector.Commands;

/// <summary>What people learn a command from. A test runs the help of each.</summary>
static class CommandExamples
{
    public static string Of(Command command) => command switch
    {
        { Name: CommandLine.Name } => """
            Examples:
              collector                                  start with the defaults: syslog on 5514, metrics on 8000
              logger -n 127.0.0.1 -P 5514 -T --rfc5424 'SQL injection attempt detected in API.'
              curl -s http://127.0.0.1:8000/metrics | grep log_severity
              collector explain 'Critical vulnerability found in package xyz.'
              collector classify /var/log/syslog /var/log/*.gz

            Exit codes:
              0 fine, 1 failed, 2 wrong command line or configuration
            """,
        { Name: "run" } => """
            Examples:
              collector run
              collector run --config /etc/collector/collector.yaml

            Signals:
              SIGTERM, SIGINT   hand on what was received, for at most shutdown_grace, then end; a second one ends at once
            """,
        { Name: "check" } => """
            Examples:
              collector check                            what is in force by default, or in /etc/collector/collector.yaml
              collector check --config new.yaml          exit code 2 and every mistake with its line, if there are any
              collector check > full.yaml                a configuration file with every setting in it
              collector check --reference                the documentation of every setting, as Markdown
            """,
        { Name: "alert-test" } => """
            Examples:
              collector alert-test                      every alert channel of /etc/collector/collector.yaml
              collector alert-test slack --config new.yaml
            """,
        { Name: "classify" } => """
            Examples:
              collector classify /var/log/syslog /var/log/syslog.*.gz
              journalctl -o json -n 10000 | collector classify -
              kubectl logs deploy/shop | collector classify --app shop
              collector classify --json app.log | jq -r 'select(.severity == "critical") | .body'

            Lines:
              Plain text, syslog (RFC 5424 or RFC 3164, with or without <PRI>), journald JSON, OTLP JSON, and JSON with
              msg, message or body (and app) are told apart line by line. Files ending in .gz are decompressed.
            """,
        { Name: "explain" } => """
            Examples:
              collector explain 'SQL injection attempt detected in API.'
              collector explain '<34>1 2026-11-25T10:00:00Z web1 sshd 812 - - error: maximum authentication attempts exceeded for root'
              collector explain --app nginx 'upstream timed out (110: Connection timed out)'
              collector explain --json 'Out of memory: Killed process 812 (mysqld)' | jq .words
              collector explain -- '--- a line that starts with a dash ---'
            """,
        { Name: "templates" } => """
            Examples:
              collector templates                        asks the collector that runs with the same configuration
              collector templates --limit 1000 --json | jq -r 'select(.severity == "critical") | .example'
              collector templates --address 127.0.0.1:8080
            """,
        { Name: "healthcheck" } => """
            Examples:
              collector healthcheck                      asks the collector that runs with the same configuration
              collector healthcheck --url http://10.0.0.7:8000/readyz
              HEALTHCHECK CMD ["/collector", "healthcheck"]
            """,
        _ => "",
    };
}
