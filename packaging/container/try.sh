#!/usr/bin/env bash
# Sends sample logs to a running collector, shows what it makes of them, and prints the addresses to open.
# usage: packaging/container/try.sh [HOST]       docker compose up -d --build --wait has to come first
# SYSLOG_PORT and HTTP_PORT name other ports than 5514 and 8000. Needs bash and nothing else.
set -euo pipefail
host=${1:-127.0.0.1} syslog=${SYSLOG_PORT:-5514} http=${HTTP_PORT:-8000}

get() {
  exec 4<>"/dev/tcp/$host/$http"
  printf 'GET %s HTTP/1.0\r\nHost: %s\r\n\r\n' "$1" "$host" >&4
  cat <&4
  exec 4>&-
}
value() { get /metrics | sed -n "s/^$1 //p" | tr -d '\r'; }

until get /livez 2>/dev/null | grep -q ' 200 '; do
  if [ $((tries = ${tries:-0} + 1)) -gt 60 ]; then echo "nothing answers on $host:$http" >&2; exit 1; fi
  read -rt 0.5 <> <(:) || true
done

# What the sender says about it, and the line: two are worse than they say, one is milder.
samples=(
  '14 sshd Accepted publickey for deploy from 10.0.0.7 port 50122 ssh2'
  '14 nginx 10.0.0.7 - - "GET /healthz HTTP/1.1" 200 2'
  '12 postgres checkpoints are occurring too frequently (9 seconds apart)'
  '11 backup connection reset by peer, will try again in 5 seconds'
  '14 kernel Out of memory: Killed process 812 (mysqld) total-vm:4012348kB'
  '14 kernel EXT4-fs error (device sda1): remounting filesystem read-only'
)
before=$(value 'collector_ledger_records_total{state="received"}')
exec 3<>"/dev/tcp/$host/$syslog"
for sample in "${samples[@]}"; do
  read -r priority app body <<< "$sample"
  TZ=UTC printf '<%s>1 %(%Y-%m-%dT%H:%M:%SZ)T try %s - - - %s\n' "$priority" -1 "$app" "$body" >&3
done
exec 3>&-

# Received, read by the model, and on the page.
for _ in $(seq 300); do
  now=$(value 'collector_ledger_records_total{state="received"}')
  queued=$(value 'collector_ledger_queued_records')
  if [ "$((now - before))" -ge ${#samples[@]} ] && [ "$queued" = 0 ]; then break; fi
  read -rt 0.1 <> <(:) || true
done

echo "Sent ${#samples[@]} lines to $host:$syslog. In the last minute, by what they mean:"
get /metrics | grep '^log_severity' | sed 's/log_severity{level="\(.*\)"} /  \1 /' | tr -d '\r'
cat <<TEXT

Grafana        http://localhost:3000    Logs by meaning, Collector
Prometheus     http://localhost:9090/alerts
Alertmanager   http://localhost:9093
Metrics        http://$host:$http/metrics
TEXT
