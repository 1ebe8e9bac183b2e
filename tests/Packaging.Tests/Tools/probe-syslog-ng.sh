#!/usr/bin/env bash
# Ends with 0 when syslog-ng is in artifacts/syslog-ng and runs; else says why not. Its package cannot be installed beside rsyslog, so it is only unpacked.
set -euo pipefail
folder=$(realpath "$(dirname "$0")/../../..")/artifacts/syslog-ng
if [ ! -x "$folder/usr/sbin/syslog-ng" ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  mkdir -p "$work/archives/partial" "$work/root" "$(dirname "$folder")"
  apt-get install -y -qq --no-install-recommends --download-only -o "Dir::Cache=$work" -o APT::Sandbox::User=root syslog-ng-core > /dev/null
  for package in "$work"/archives/*.deb; do dpkg-deb -x "$package" "$work/root"; done
  rm -rf "$folder"
  cp -a "$work/root" "$folder"
fi

bash "$(dirname "$0")/../Senders/syslog-ng.sh" --version > /dev/null
