# The life of the package on a machine with systemd. Runs on a throwaway machine, where rpm knows of no other package.
set -eux
cd /test
unit=/usr/lib/systemd/system/collector.service

# Install: there, not started; as its own user once it is.
rpm -i --nodeps collector-1.0.0-*.rpm
systemd-analyze verify $unit
[ "$(stat -c %U:%G:%a /etc/collector/collector.yaml)" = root:collector:640 ]
systemctl enable --now collector
[ "$(ps -o user= -C collector)" = collector ]
collector healthcheck

# Upgrade: the changed configuration stays, the service is the new one.
echo '# mine' >> /etc/collector/collector.yaml
before=$(systemctl show -P MainPID collector)
rpm -U --nodeps collector-1.0.1-*.rpm
tail -1 /etc/collector/collector.yaml | grep -x '# mine'
systemctl is-active collector
[ "$before" != "$(systemctl show -P MainPID collector)" ]

# Erase: stopped and disabled; a changed configuration is kept beside.
rpm -e collector
if systemctl is-active collector; then exit 1; fi
[ ! -e $unit ] && [ ! -e /usr/bin/collector ]
grep -x '# mine' /etc/collector/collector.yaml.rpmsave
[ -z "$(ls /etc/systemd/system/*.wants/collector.service 2>/dev/null)" ]
