#!/usr/bin/env bash
# Ends with 0 when a script can have a network, mounts and processes of its own here; else says why not.
set -euo pipefail
if [ "$(id -u)" != 0 ]; then echo 'needs root'; exit 1; fi
unshare --net --mount --propagation private --pid --fork --mount-proc --kill-child bash -euc 'ip link set lo up; mount -t tmpfs logs /var/log'
