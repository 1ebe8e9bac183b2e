#!/usr/bin/env bash
# Measures the published binary on this machine and prints the figures of docs/performance.md.
# usage: tests/Benchmarks/measure.sh [BINARY]      default: artifacts/collector, as ./test.sh leaves it
# Loopback only; bounded: about three minutes.
set -euo pipefail
cd "$(dirname "$0")/../.."
binary=$(realpath "${1:-artifacts/collector}")
folder=$(mktemp -d)
trap 'kill "$process" 2>/dev/null || true; rm -rf "$folder"' EXIT
process=0
dotnet build -c Release tests/Benchmarks -v q --nologo >/dev/null
load() { dotnet tests/Benchmarks/bin/Release/net10.0/Benchmarks.dll load "$@"; }
ticks=$(getconf CLK_TCK)

cat > "$folder/collector.yaml" <<Y
receivers: { syslog: { udp: "127.0.0.1:15514", tcp: "127.0.0.1:15514" } }
http: { listen: "127.0.0.1:18000" }
outputs: { file: { path: "$folder/critical.jsonl", when: critical, categories: [ hardware ] } }
Y

start() {
  : > "$folder/log"
  local begin; begin=$(date +%s%N)
  "$binary" run --config "$folder/collector.yaml" 2> "$folder/log" & process=$!
  until grep -q Ready "$folder/log"; do :; done
  echo $(( ($(date +%s%N) - begin) / 1000000 ))
}
stop() { kill "$process"; wait "$process" || true; }
metric() { curl -s http://127.0.0.1:18000/metrics | awk -v name="$1" '$1 == name { print $2 }'; }
resident() { awk '/VmRSS/ { printf "%d", $2 / 1024 }' "/proc/$process/status"; }
cpu() { awk '{ print $14 + $15 }' "/proc/$process/stat"; }
received() { metric 'collector_ledger_records_total{state="received"}'; }
settle() { # until all that was sent has been delivered and nothing waits for the model
  local n=0
  until [ "$(metric collector_ledger_queued_records)" = 0 ] && [ "$(metric collector_classifier_pending_templates)" = 0 ]; do
    sleep 0.2; n=$((n + 1)); [ $n -lt 600 ] || { echo "did not settle" >&2; exit 1; }
  done
}

echo "processor: $(awk -F': ' '/model name/ { print $2; exit }' /proc/cpuinfo), $(nproc) cores"
echo "size of the file: $(stat -c %s "$binary" | awk '{ printf "%.1f MB", $1 / 1e6 }')"
for i in 1 2 3 4 5; do start > "$folder/start.$i"; sleep 1; resident > "$folder/idle.$i"; stop; done
echo "start to ready, ms, five times: $(cat "$folder"/start.* | paste -sd' ')"
echo "resident when idle, MB: $(cat "$folder/idle.5")"

# Texts that are all new, read by the model one by one.
echo "uncached on one core: $(taskset -c 0 "$binary" classify models/dev.jsonl 2>/dev/null | head -1)"
echo "uncached on all cores: $("$binary" classify models/dev.jsonl 2>/dev/null | head -1)"

start >/dev/null
echo "warming up: every template read by the model once"
for i in 1 2 3 4 5 6; do load tcp 127.0.0.1:15514 --count 50000 --rate 20000 >/dev/null; settle; done
inferences=$(metric collector_classifier_inference_duration_seconds_count); seconds=$(metric collector_classifier_inference_duration_seconds_sum)
echo "templates: $(metric collector_classifier_templates); model runs $inferences, $(awk "BEGIN { printf \"%.2f ms each on one thread\", 1000 * $seconds / $inferences }")"

for run in 1 2 3; do
  before=$(cpu); had=$(received); begin=$(date +%s%N)
  load tcp 127.0.0.1:15514 --count 3000000 > "$folder/sent"
  settle
  wall=$(( ($(date +%s%N) - begin) / 1000000 )); used=$(( $(cpu) - before )); records=$(( $(received) - had ))
  awk "BEGIN { printf \"TCP flat out: %d records, %.3f CPU s per million, resident %d MB; %s\\n\", $records, $used / $ticks / ($records / 1e6), $(resident), \"$(tail -1 "$folder/sent")\" }"
done
for rate in 200000 500000; do
  before=$(cpu); had=$(received); drops=$(metric 'collector_receiver_socket_drops_total{receiver="syslog"}')
  load udp 127.0.0.1:15514 --count $((rate * 10)) --rate $rate > "$folder/sent"
  sleep 1; settle
  used=$(( $(cpu) - before )); records=$(( $(received) - had )); lost=$(( $(metric 'collector_receiver_socket_drops_total{receiver="syslog"}') - drops ))
  awk "BEGIN { printf \"UDP asked for %d/s: received %d of %d, kernel drops counted %d, %.3f CPU s per million; %s\\n\", $rate, $records, $rate * 10, $lost, $used / $ticks / ($records / 1e6), \"$(tail -1 "$folder/sent")\" }"
done
echo "dropped: $(metric 'collector_ledger_records_total{state="dropped"}'); verdicts by the model: $(metric 'collector_classifier_verdicts_total{source="model"}'), by fallback: $(metric 'collector_classifier_verdicts_total{source="fallback"}')"
stop
