# rsyslog over TLS, then over RELP, into the packaged service. Runs on a throwaway machine.
set -eux
cd /test
until_there() {
  { set +x; } 2> /dev/null
  for _ in $(seq 1200); do
    if grep -q "$1" /var/log/collector/records.jsonl 2>/dev/null; then set -x; return 0; fi
    read -rt 0.1 <> <(:) || true
  done
  tail -5 /var/log/collector/records.jsonl
  journalctl --no-pager -n 20 -u rsyslog -u collector
  return 1
}

# An authority and a certificate that it signed for the name in the sample.
ca=/etc/ssl/certs/collector-ca.pem
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj '/CN=Test authority' -keyout ca.key -out $ca
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/CN=collector.example.org' -keyout server.key -out server.csr
printf 'subjectAltName=DNS:collector.example.org\n' > names
openssl x509 -req -in server.csr -CA $ca -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.pem
# The file of names is the host's own: this machine shares it with what runs it.
cp /etc/hosts hosts
echo '127.0.0.1 collector.example.org' >> hosts
mount --bind hosts /etc/hosts

dpkg -i collector_1.0.0_*.deb
install -o root -g collector -m 640 server.pem server.key /etc/collector
sed -i 's|^  syslog: .*|  syslog: { udp: off, tcp: off, relp: "127.0.0.1:2514", tls: { certificate: /etc/collector/server.pem, key_file: /etc/collector/server.key } }|' /etc/collector/collector.yaml
collector check --config /etc/collector/collector.yaml > /dev/null
systemctl restart collector

install -m 644 60-collector-tls.conf /etc/rsyslog.d/60-collector.conf
systemctl restart rsyslog
logger --tag shop 'sent over TLS'
until_there '"app":"shop".*"body":"sent over TLS"'
grep '"body":"sent over TLS"' /var/log/collector/records.jsonl | grep '"transport":"tls"'

# A server that shows another name is told nothing.
sed 's/permittedpeers="collector.example.org"/permittedpeers="other.example.org"/' 60-collector-tls.conf > /etc/rsyslog.d/60-collector.conf
systemctl restart rsyslog
logger --tag shop 'not for another server'
journalctl --no-pager -f -u rsyslog | grep -m 1 'peer name not authorized'
if grep 'not for another server' /var/log/collector/records.jsonl; then exit 1; fi

# What waited for the right server goes out with the rest.
install -m 644 60-collector-relp.conf /etc/rsyslog.d/60-collector.conf
systemctl restart rsyslog
logger --tag shop 'sent over RELP'
until_there '"app":"shop".*"body":"sent over RELP"'
grep '"body":"sent over RELP"' /var/log/collector/records.jsonl | grep '"transport":"relp"'
until_there '"body":"not for another server"'
systemctl stop collector
logger --tag shop 'logged while the collector was away'
systemctl start collector
until_there 'logged while the collector was away'
