#!/usr/bin/env bash
# Builds the Debian package around a published binary.
# usage: packaging/deb/build.sh BINARY FOLDER [VERSION [COMPRESSION]]     writes FOLDER/collector_VERSION_ARCHITECTURE.deb
# Needs dpkg-deb, binutils and jq. The same input gives the same bytes: times come from SOURCE_DATE_EPOCH.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
architecture=$([ "$machine" = x86_64 ] && echo amd64 || echo arm64)

glibc=$(newest_glibc)
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
umask 022
chmod 755 "$root"
put() { install -D -m "$1" "$2" "$root/$3"; }
put 755 "$binary" usr/bin/collector
strip --strip-unneeded "$root/usr/bin/collector"
put 644 packaging/config/collector.yaml etc/collector/collector.yaml
put 644 packaging/systemd/collector.service lib/systemd/system/collector.service
put 644 packaging/deb/collector.bash-completion usr/share/bash-completion/completions/collector
put 644 packaging/deb/copyright usr/share/doc/collector/copyright
put 644 packaging/systemd/collector.socket usr/share/doc/collector/examples/collector.socket
put 644 packaging/deb/lintian-overrides usr/share/lintian/overrides/collector
mkdir -p "$root/usr/share/man/man1" "$root/DEBIAN"
gzip -9n < packaging/man/collector.1 > "$root/usr/share/man/man1/collector.1.gz"
packaging/sbom.sh "$version" > "$root/usr/share/doc/collector/collector.cdx.json"
printf 'collector (%s) unstable; urgency=medium\n\n  * See CHANGELOG.md.\n\n -- The Collector authors <collector@collector.invalid>  %s\n' \
  "$version" "$(date -uRd "@$SOURCE_DATE_EPOCH")" | gzip -9n > "$root/usr/share/doc/collector/changelog.gz"

put 755 packaging/deb/collector.postinst DEBIAN/postinst
put 755 packaging/deb/collector.prerm DEBIAN/prerm
put 755 packaging/deb/collector.postrm DEBIAN/postrm
echo /etc/collector/collector.yaml > "$root/DEBIAN/conffiles"
(cd "$root" && find usr lib -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum) > "$root/DEBIAN/md5sums"
sed -e "s/@VERSION@/$version/" -e "s/@ARCHITECTURE@/$architecture/" -e "s/@GLIBC@/$glibc/" \
  -e "s/@SIZE@/$(du -sk --apparent-size --exclude=DEBIAN "$root" | cut -f1)/" packaging/deb/control.in > "$root/DEBIAN/control"
dpkg-deb --root-owner-group "-Z${4:-xz}" --build "$root" "$folder/collector_${version}_$architecture.deb" >&2
echo "$folder/collector_${version}_$architecture.deb"
