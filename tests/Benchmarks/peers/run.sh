#!/usr/bin/env bash
# Collector beside rsyslog and syslog-ng, one after another from the same load file: records sent, received and lost, rate, CPU, peak memory.
# Collector classifies every record by BERT; the others receive, parse and discard.
# usage: tests/Benchmarks/peers/run.sh [BINARY] > table.md      default: artifacts/collector, as ./test.sh leaves it
# Loopback only; bounded: about ten minutes. Installs rsyslog; syslog-ng, whose package conflicts with it, is only unpacked.
set -euo pipefail
cd "$(dirname "$0")/../../.."
binary=$(realpath "${1:-artifacts/collector}")
lines=${LINES_IN_FILE:-2000000} tcp_records=${TCP_RECORDS:-10000000} udp_seconds=${UDP_SECONDS:-10}
folder=$(mktemp -d)
process=0
trap 'kill "$process" 2>/dev/null || true; rm -rf "$folder"' EXIT
say() { echo "$*" >&2; }

sudo=(); [ "$(id -u)" -eq 0 ] || sudo=(sudo)
command -v rsyslogd >/dev/null || { "${sudo[@]}" apt-get update -qq; "${sudo[@]}" apt-get install -y -qq --no-install-recommends rsyslog >/dev/null; }
say "unpack syslog-ng"
# Downloaded only, with what it needs and this machine lacks.
mkdir -p "$folder/cache/archives/partial" "$folder/ng"
chmod -R a+rx "$folder"
"${sudo[@]}" apt-get install -y -qq --no-install-recommends --download-only -o "Dir::Cache=$folder/cache" -o APT::Sandbox::User=root syslog-ng-core >/dev/null
for package in "$folder"/cache/archives/*.deb; do dpkg-deb -x "$package" "$folder/ng"; done
ng_modules=$(dirname "$(find "$folder/ng" -name libafsocket.so)")
ng_libraries=$(find "$folder/ng" -name '*.so*' -printf '%h\n' | sort -u | paste -sd:)

say "make the load file"
dotnet build -c Release tests/Benchmarks -v q --nologo >/dev/null
benchmarks() { dotnet tests/Benchmarks/bin/Release/net10.0/Benchmarks.dll "$@"; }
benchmarks lines "$folder/load.txt" --lines "$lines"

cat > "$folder/collector.yaml" <<Y
receivers: { syslog: { udp: "127.0.0.1:15514", tcp: "127.0.0.1:15514" } }
http: { listen: "127.0.0.1:18000" }
status: { listen: off }
outputs: {}
Y
cat > "$folder/rsyslog.conf" <<C
global(workDirectory="$folder")
module(load="impstats" interval="1" resetCounters="off" format="json" log.file="$folder/rsyslog.stats" log.syslog="off")
module(load="imtcp")
module(load="imudp" threads="2" timeRequery="8" batchSize="128")
ruleset(name="discard" queue.type="LinkedList" queue.size="500000" queue.dequeueBatchSize="4096" queue.workerThreads="2") { stop }
input(type="imtcp" address="127.0.0.1" port="15514" ruleset="discard")
input(type="imudp" address="127.0.0.1" port="15514" ruleset="discard" rcvbufSize="4m")
# Without any action it does not start; nothing comes here.
action(type="omfile" file="$folder/rsyslog.own")
C
cat > "$folder/syslog-ng.conf" <<C
@version: 3.38
options { threaded(yes); stats-level(1); stats-freq(0); keep-hostname(yes); use-dns(no); };
source s {
  network(ip("127.0.0.1") transport("tcp") port(15514) log-iw-size(100000) log-fetch-limit(1000) so-rcvbuf(4194304));
  network(ip("127.0.0.1") transport("udp") port(15514) log-iw-size(100000) log-fetch-limit(1000) so-rcvbuf(4194304));
};
destination nowhere { };
log { source(s); destination(nowhere); };
C
ng_control() { LD_LIBRARY_PATH="$ng_libraries" "$folder/ng/usr/sbin/syslog-ng-ctl" "$@" -c "$folder/ng.ctl"; }

start() { # PRODUCT
  case $1 in
    collector) "$binary" run --config "$folder/collector.yaml" 2> "$folder/log" & ;;
    rsyslog) rsyslogd -n -C -f "$folder/rsyslog.conf" -i "$folder/rsyslog.pid" 2> "$folder/log" & ;;
    syslog-ng) LD_LIBRARY_PATH="$ng_libraries" "$folder/ng/usr/sbin/syslog-ng" -F --no-caps -f "$folder/syslog-ng.conf" --module-path "$ng_modules" \
      -R "$folder/ng.persist" -c "$folder/ng.ctl" -p "$folder/ng.pid" 2> "$folder/log" & ;;
  esac
  process=$!
  for _ in $(seq 100); do (: < /dev/tcp/127.0.0.1/15514) 2>/dev/null && return; sleep 0.1; done
  cat "$folder/log" >&2; exit 1
}
stop() { kill "$process"; wait "$process" || true; sleep 0.5; }
metric() { curl -s http://127.0.0.1:18000/metrics | awk -v name="$1" '$1 == name { print $2 }'; }
received() { # PRODUCT
  case $1 in
    collector) metric 'collector_ledger_records_total{state="received"}' ;;
    rsyslog) sleep 1.1; tail -n 40 "$folder/rsyslog.stats" | grep -o '"name": "im[^}]*"submitted": [0-9]*' | awk -F'"' '{ split($0, a, "submitted\": "); last[$4] = a[2] } END { for (n in last) sum += last[n]; print sum + 0 }' ;;
    syslog-ng) ng_control stats | awk -F';' '$1 == "center" && $3 == "received" { sum += $6 } END { print sum + 0 }' ;;
  esac
}
cpu() { awk '{ print $14 + $15 }' "/proc/$process/stat"; }
settle() { # PRODUCT: until no record has come for a second
  local before=-1 now
  while now=$(received "$1"); [ "$now" != "$before" ]; do before=$now; sleep 1; done
  # New texts are read by the model after their records have gone by.
  [ "$1" != collector ] || until [ "$(metric collector_classifier_pending_templates)" = 0 ]; do sleep 0.5; done
}
measure() { # PRODUCT WHAT RECORDS load's arguments
  local product=$1 what=$2 records=$3; shift 3
  local had used rate
  had=$(received "$product"); used=$(cpu)
  rate=$(benchmarks load "$@" --count "$records" --file "$folder/load.txt" | grep -o '[0-9]*/s')
  settle "$product"
  awk -v p="$product" -v w="$what" -v n="$records" -v got=$(( $(received "$product") - had )) -v ticks=$(( $(cpu) - used )) -v hz="$(getconf CLK_TCK)" -v rate="${rate%/s}" \
    -v peak="$(awk '/VmHWM/ { print $2 }' "/proc/$process/status")" \
    'BEGIN { printf "| %s | %s | %d | %d | %d | %d | %.2f | %d |\n", p, w, n, got, n - got, rate * got / n, ticks / hz / (got / 1e6), peak / 1024 }'
}

echo "processor: $(awk -F': ' '/model name/ { print $2; exit }' /proc/cpuinfo), $(nproc) cores; net.core.rmem_max $(cat /proc/sys/net/core/rmem_max)"
echo "versions: $("$binary" version | head -1), $(rsyslogd -v | awk 'NR == 1 { print "rsyslog", $2 }'), syslog-ng $(dpkg-deb -f "$folder"/cache/archives/syslog-ng-core_*.deb Version)"
echo "load: $lines lines, $(( $(stat -c %s "$folder/load.txt") / lines )) bytes each"
echo
echo "| product | load | sent | received | lost | records/s | CPU s per million | peak MB |"
echo "|---|---|---|---|---|---|---|---|"
for product in collector rsyslog syslog-ng; do
  say "$product"
  start "$product"
  # Once through the file, at a pace at which everything is settled afterwards: new texts read, buffers grown.
  benchmarks load tcp 127.0.0.1:15514 --count "$lines" --rate 50000 --file "$folder/load.txt" > /dev/null
  settle "$product"
  measure "$product" 'TCP, flat out' "$tcp_records" tcp 127.0.0.1:15514
  for rate in 200000 500000; do
    measure "$product" "UDP, $rate/s" $((rate * udp_seconds)) udp 127.0.0.1:15514 --rate $rate
  done
  stop
done
