#!/usr/bin/env bash
# Packs a published binary with what a host needs around it, for systems without dpkg.
# usage: packaging/tarball.sh BINARY FOLDER [VERSION]     writes FOLDER/collector-VERSION-linux-ARCHITECTURE.tar.gz and its .sha256
# The same input gives the same bytes: times come from SOURCE_DATE_EPOCH.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
architecture=$([ "$machine" = x86_64 ] && echo x64 || echo arm64)

name=collector-$version-linux-$architecture
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/$name
install -D -m 755 "$binary" "$root/bin/collector"
install -D -m 644 packaging/config/collector.yaml "$root/etc/collector/collector.yaml"
install -D -m 644 packaging/systemd/collector.service "$root/lib/systemd/system/collector.service"
install -D -m 644 packaging/systemd/collector.socket "$root/examples/collector.socket"
install -D -m 644 packaging/systemd/collector.sysusers "$root/lib/sysusers.d/collector.conf"
install -D -m 644 packaging/man/collector.1 "$root/share/man/man1/collector.1"
install -D -m 644 packaging/deb/collector.bash-completion "$root/share/bash-completion/completions/collector"
install -m 644 LICENSE README.md docs/*.md "$root"
packaging/sbom.sh "$version" > "$root/collector.cdx.json"
tar -C "$work" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" -cf - "$name" | gzip -9n > "$folder/$name.tar.gz"
(cd "$folder" && sha256sum "$name.tar.gz" > "$name.tar.gz.sha256")
echo "$folder/$name.tar.gz"
