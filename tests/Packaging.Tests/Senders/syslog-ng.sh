#!/usr/bin/env bash
# A record through syslog-ng with packaging/syslog-ng/collector.conf as it stands, into a collector on port 514. Everything that it starts ends with it.
# usage: syslog-ng.sh BINARY | --version
set -euo pipefail
root=$(realpath "$(dirname "$0")/../../..")
folder=$root/artifacts/syslog-ng
LD_LIBRARY_PATH=$(find "$folder" -name '*.so*' -printf '%h\n' | sort -u | paste -sd:)
export LD_LIBRARY_PATH
modules=$(dirname "$(find "$folder" -name libafsocket.so)")
if [ "$1" = --version ]; then exec "$folder/usr/sbin/syslog-ng" --version --module-path "$modules"; fi
if [ "${SENDER_NAMESPACE:-}" != yes ]; then
  SENDER_NAMESPACE=yes exec unshare --net --pid --fork --mount-proc --kill-child bash "$0" "$@"
fi

ip link set lo up
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/collector.yaml" <<Y
receivers:
  syslog: { udp: off, tcp: "127.0.0.1:514" }
  otlp: { grpc: off, http: off }
outputs:
  file: { path: "$work/records.jsonl" }
http: { listen: "127.0.0.1:8000" }
status: { listen: off }
Y
cat > "$work/syslog-ng.conf" <<C
@version: 3.38
source s_src { network(ip("127.0.0.1") port(1514) transport("udp")); };
@include "$root/packaging/syslog-ng/collector.conf"
C
start_collector() { LD_LIBRARY_PATH='' "$1" run --config "$work/collector.yaml" 2>> "$work/log" & collector=$!; }
until_there() {
  for _ in $(seq 1200); do
    # Again each time: nobody may have listened yet.
    logger --server 127.0.0.1 --port 1514 --udp --rfc3164 --tag shop "$1"
    if grep -q "\"app\":\"shop\".*\"body\":\"$1\"" "$work/records.jsonl" 2> /dev/null; then return 0; fi
    read -rt 0.1 <> <(:) || true
  done
  cat "$work/log" >&2
  return 1
}
"$folder/usr/sbin/syslog-ng" -F --no-caps -f "$work/syslog-ng.conf" --module-path "$modules" -R "$work/persist" -c "$work/control" -p "$work/pid" 2>> "$work/log" &
start_collector "$1"
until_there 'cannot reach the payment provider'

# Away and back: what was logged meanwhile arrives.
kill -TERM $collector
wait $collector
logger --server 127.0.0.1 --port 1514 --udp --rfc3164 --tag shop 'logged while the collector was away'
start_collector "$1"
for _ in $(seq 1200); do
  if grep -q 'logged while the collector was away' "$work/records.jsonl"; then echo done; exit 0; fi
  read -rt 0.1 <> <(:) || true
done
cat "$work/log" >&2
exit 1
