# The life of the package on a machine with systemd. Runs on a throwaway machine.
set -eux
cd /test
unit=/lib/systemd/system/collector.service

# Install: starts at once, as its own user, on the privileged port.
dpkg -i collector_1.0.0_*.deb
systemctl is-enabled collector
systemctl is-active collector
systemd-analyze verify $unit
[ "$(ps -o user= -C collector)" = collector ]
[ "$(stat -c %U:%G:%a /etc/collector/collector.yaml)" = root:collector:640 ]
[ "$(stat -c %U:%G:%a /var/lib/collector)" = collector:collector:750 ]
collector check --config /etc/collector/collector.yaml > /dev/null
collector healthcheck
man -w collector

# A record by UDP and one by TCP arrive in the file and on the metrics page.
logger --server 127.0.0.1 --port 514 --udp --tag kernel 'EXT4-fs error (device sda1): remounting filesystem read-only'
logger --server 127.0.0.1 --port 514 --tcp --tag deb 'session opened for user deploy'
for _ in $(seq 1200); do
  [ "$(grep -cE '"app":"(deb|kernel)"' /var/log/collector/records.jsonl)" = 2 ] && break
  systemctl is-active --quiet collector
  read -rt 0.1 <> <(:) || true
done
grep -cE '"app":"(deb|kernel)"' /var/log/collector/records.jsonl | grep -x 2
exec 3<>/dev/tcp/127.0.0.1/8000
printf 'GET /metrics HTTP/1.0\r\n\r\n' >&3
grep -E '^collector_ledger_records_total\{state="received"\} 2' <&3
journalctl --no-pager -u collector | grep EXT4

# The model is loaded under the hardening of the unit.
exec 3<>/dev/tcp/127.0.0.1/8000
printf 'GET /metrics HTTP/1.0\r\n\r\n' >&3
grep -E '^collector_build_info\{.*model="severity-1"' <&3

# Upgrade: the changed configuration stays, the service is the new one.
echo '# mine' >> /etc/collector/collector.yaml
before=$(systemctl show -P MainPID collector)
dpkg -i collector_1.0.1_*.deb
tail -1 /etc/collector/collector.yaml | grep -x '# mine'
[ ! -e /etc/collector/collector.yaml.dpkg-dist ]
systemctl is-active collector
[ "$before" != "$(systemctl show -P MainPID collector)" ]

# A wrong configuration: exit code 2, and no start again and again.
cp /etc/collector/collector.yaml /tmp/good.yaml
echo 'nonsense: 1' >> /etc/collector/collector.yaml
if systemctl restart collector; then exit 1; fi
[ "$(systemctl show -P ExecMainStatus collector)" = 2 ]
[ "$(systemctl show -P NRestarts collector)" = 0 ]
cp /tmp/good.yaml /etc/collector/collector.yaml
systemctl reset-failed collector
systemctl start collector

# With sockets that systemd keeps: what comes while nobody is there waits for the start that it causes.
dpkg-deb --fsys-tarfile collector_1.0.1_*.deb | tar -xO ./usr/share/doc/collector/examples/collector.socket > /etc/systemd/system/collector.socket
systemd-analyze verify /etc/systemd/system/collector.socket
systemctl daemon-reload
systemctl stop collector
systemctl start collector.socket
until_there() {
  { set +x; } 2> /dev/null
  for _ in $(seq 1200); do
    if [ "$(cat /var/log/collector/records.jsonl* | grep -c "$1")" = "$2" ]; then set -x; return 0; fi
    read -rt 0.1 <> <(:) || true
  done
  cat /var/log/collector/records.jsonl* | grep -c "$1"
  return 1
}
echo '<14>1 - web1 socket - - - nobody is there' > /dev/udp/127.0.0.1/514
until_there 'nobody is there' 1
# Its first record can be there before it has said that it is ready; this waits for that.
systemctl start collector
systemctl is-active collector

# A restart in the middle refuses no connection and loses no datagram.
(
  set +x
  for i in $(seq 400); do
    echo "<14>1 - web1 socket - - - datagram $i" > /dev/udp/127.0.0.1/514
    exec 5<> /dev/tcp/127.0.0.1/514
    exec 5>&-
    read -rt 0.005 <> <(:) || true
  done
) & sender=$!
before=$(systemctl show -P MainPID collector)
systemctl restart collector
[ "$before" != "$(systemctl show -P MainPID collector)" ]
wait $sender
until_there '"body":"datagram ' 400
systemctl stop collector.socket
rm /etc/systemd/system/collector.socket
systemctl daemon-reload

# Remove: stopped, configuration kept. Purge: nothing is left.
dpkg -r collector
if systemctl is-active collector; then exit 1; fi
[ -f /etc/collector/collector.yaml ]
dpkg -P collector
[ ! -e /etc/collector ] && [ ! -e /var/lib/collector ] && [ ! -e /var/log/collector ] && [ ! -e $unit ]
if getent passwd collector; then exit 1; fi
[ -z "$(ls /etc/systemd/system/*.wants/collector.service 2>/dev/null)" ]
