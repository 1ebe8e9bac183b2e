#!/usr/bin/env bash
# Boots systemd on a throwaway copy of this machine (an overlay in memory, with only a loopback network) and runs a script there as root.
# usage: throwaway-machine.sh FOLDER     runs FOLDER/script.sh; FOLDER is /test inside
# Prints what the script prints and ends with its exit code. Nothing of this machine is changed.
set -euo pipefail
folder=$(realpath "$1")

if [ "${THROWAWAY_NAMESPACE:-}" != yes ]; then
  THROWAWAY_NAMESPACE=yes exec unshare --mount --propagation private bash "$0" "$folder"
fi

work=$(mktemp -d)
mount -t tmpfs throwaway "$work"
mkdir "$work/upper" "$work/work" "$work/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$work/upper,workdir=$work/work" "$work/root"
cat > "$work/root/etc/systemd/system/throwaway-script.service" <<'UNIT'
[Service]
Type=oneshot
ExecStart=/bin/bash -c 'bash /test/script.sh > /test/output 2>&1; echo $? > /test/status'
ExecStopPost=/bin/systemctl --no-block exit
UNIT
# The copy must not start what happens to be installed here.
for link in "$work"/root/etc/systemd/system/*.wants/*; do
  [ ! -L "$link" ] || rm "$link"
done

# Images made for containers forbid services to start.
rm -f "$work/root/usr/sbin/policy-rc.d"
# Reading every manual page anew is not what is tested.
rm -f "$work/root/var/lib/man-db/auto-update"
rm -f "$folder/output" "$folder/status"
name=throwaway-$$
timeout 600 podman --runtime runc run --name "$name" --rm --systemd=always --privileged --network=none \
  --tmpfs /tmp:notmpcopyup --tmpfs /run:notmpcopyup --tmpfs /run/lock:notmpcopyup --tmpfs /var/log/journal:notmpcopyup \
  --ulimit "nofile=$(ulimit -Hn):$(ulimit -Hn)" --ulimit nproc=4000:4000 --volume "$folder:/test" \
  --rootfs "$work/root" /lib/systemd/systemd --unit=throwaway-script.service --log-target=null > "$folder/boot" 2>&1 || true
podman rm --force --time 0 --ignore "$name" > /dev/null 2>&1 || true
cat "$folder/output" 2> /dev/null || true
if [ ! -f "$folder/status" ]; then
  cat "$folder/boot" >&2
  echo "the script did not end" >&2
  exit 125
fi

exit "$(cat "$folder/status")"
