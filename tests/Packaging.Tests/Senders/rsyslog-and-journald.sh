# An application's log lines, over journald and rsyslog into the packaged service. Runs on a throwaway machine.
set -eux
cd /test
until_there() {
  { set +x; } 2> /dev/null
  for _ in $(seq 1200); do
    if grep -q "$1" /var/log/collector/records.jsonl 2>/dev/null; then set -x; return 0; fi
    read -rt 0.1 <> <(:) || true
  done
  tail -5 /var/log/collector/records.jsonl
  return 1
}

dpkg -i collector_1.0.0_*.deb
install -D -m 644 collector.conf /etc/systemd/journald.conf.d/collector.conf
install -m 644 60-collector.conf /etc/rsyslog.d/60-collector.conf
systemctl restart systemd-journald
systemctl restart rsyslog

logger --tag shop 'cannot reach the payment provider'
systemd-cat --identifier speaker echo 'written to standard output by a service'
until_there '"app":"shop".*"body":"cannot reach the payment provider"'
until_there 'written to standard output by a service'

# Away and back: what was logged meanwhile arrives.
systemctl stop collector
logger --tag shop 'logged while the collector was away'
systemctl start collector
until_there 'logged while the collector was away'
