#!/usr/bin/env bash
# Runs README.md as a newcomer does: in a fresh copy of what git tracks, command by command as they stand there, and compares with what it shows.
# Needs root, for a network and logs of its own: README names ports and files that may be taken here. Everything that it starts ends with it.
# usage: tour.sh ROOT
set -euo pipefail
if [ "${TOUR_NAMESPACE:-}" != yes ]; then
  TOUR_NAMESPACE=yes exec unshare --net --mount --propagation private --pid --fork --mount-proc --kill-child bash "$0" "$@"
fi

say() { printf '== %s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }
# In README.md, the fenced block with this number in this section.
block() { awk -v section="## $1" -v wanted="$2" '/^## / { here = $0 == section } here && /^```/ { open = !open; seen += open; next } here && open && seen == wanted' README.md; }
# Runs the command until it prints the text; for two minutes.
until_prints() {
  for _ in $(seq 240); do
    printed=$(bash -c "$1" 2>&1) || true
    [ "$printed" != "$2" ] || return 0
    read -rt 0.5 <> <(:) || true
  done
  fail "$1: printed
$printed
instead of
$2"
}
# Starts a collector by this command, and waits until it is ready, for as long as a first build may take.
start() {
  say "$1"
  setsid bash -c "$1" > "$work/records" 2> "$work/messages" & collector=$!
  for _ in $(seq 2400); do
    if curl -sf http://127.0.0.1:8000/readyz > /dev/null; then return 0; fi
    kill -0 $collector 2>/dev/null || fail "ended: $(cat "$work/records" "$work/messages")"
    read -rt 0.5 <> <(:) || true
  done
  fail "not ready: $(cat "$work/records" "$work/messages")"
}
stop() { kill -TERM -- -$collector; wait $collector || true; }
send_and_compare() {
  say 'send three lines'
  bash -euc "$(block 'Five minutes' 2)"
  until_prints "$(block 'Five minutes' 3 | sed -n 's/^\$ //p')" "$(block 'Five minutes' 3 | grep -v '^\$ ')"
  for body in 'SQL injection attempt detected in API.' 'Critical vulnerability found in package xyz.'; do
    grep -qF "\"body\":\"$body\"" "$work/records" || fail "not printed: $body"
  done
  [ "$(grep -c '"body":' "$work/records")" = 2 ] || fail "printed: $(cat "$work/records")"
}

export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
ip link set lo up
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git -C "$1" ls-files -z | tar -C "$1" --null -T - -cf - | tar -C "$work" -xf - --one-top-level=collector
cd "$work/collector"
[ "$(wc -l < README.md)" -le 130 ] || fail 'README is longer than a page'

# "Two commands": the first one builds and runs. The second one runs this script among others.
start "$(block 'Two commands' 1 | grep '^dotnet run')"
send_and_compare
stop
[ -x "$(block 'Two commands' 1 | sed -n '2s/ .*//p')" ] || fail 'the second command is not there'

say "$(block 'Five minutes' 1 | head -1)"
bash -euc "$(block 'Five minutes' 1 | head -1)" > "$work/publish" || fail "$(cat "$work/publish")"
start "$(block 'Five minutes' 1 | tail -1)"
send_and_compare
curl -sf http://127.0.0.1:8080/ | grep -qi '<title>' || fail 'no page on 8080'
stop

say 'the alert rule'
{ printf 'groups:\n- name: readme\n  rules:\n'; block 'Five minutes' 4 | sed 's/^/  /'; } > "$work/rules.yml"
promtool check rules "$work/rules.yml" > "$work/promtool" || fail "$(cat "$work/rules.yml" "$work/promtool")"

say 'explain, classify'
mount -t tmpfs logs /var/log
printf '%s\n' 'Nov 26 10:00:00 web1 sshd[1]: Accepted publickey for deploy' 'Nov 26 10:00:01 web1 kernel: EXT4-fs error (device sda1): remounting filesystem read-only' > /var/log/syslog
gzip < /var/log/syslog > /var/log/auth.log.1.gz
while IFS= read -r command; do
  bash -euc "$command" > "$work/answer" 2>&1 || fail "$command: $(cat "$work/answer")"
  sed 's/^/    /' "$work/answer"
done < <(block 'Five minutes' 5)

say 'the configuration'
block 'Five minutes' 6 > collector.yaml
artifacts/publish/collector check --config collector.yaml > "$work/check" 2>&1 || fail "$(cat "$work/check")"
say done
