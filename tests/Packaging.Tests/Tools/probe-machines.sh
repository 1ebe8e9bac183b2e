#!/usr/bin/env bash
# Ends with 0 when a throwaway machine boots here and runs a script; else says why not.
set -euo pipefail
if [ "$(id -u)" != 0 ]; then echo 'needs root'; exit 1; fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
echo 'systemctl list-units > /dev/null' > "$folder/script.sh"
bash "$(dirname "$0")/throwaway-machine.sh" "$folder"
