#!/usr/bin/env bash
# Builds the RPM package around a published binary.
# usage: packaging/rpm/build.sh BINARY FOLDER [VERSION [PAYLOAD]]     writes FOLDER/collector-VERSION-1.ARCHITECTURE.rpm
# Needs rpmbuild, binutils and jq. The same input gives the same bytes: times come from SOURCE_DATE_EPOCH.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
glibc=$(newest_glibc)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
umask 022
strip --strip-unneeded -o "$work/collector" "$binary"
rpmbuild --quiet -bb --target "$machine" --define "_topdir $work" --define "_sourcedir $PWD" --define "_rpmdir $work/rpms" --define "_dbpath $work/db" \
  --define "_tmppath $work" --define "collector_payload ${4:-w6.gzdio}" --define "collector_version $version" --define "collector_glibc $glibc" --define "collector_binary $work/collector" packaging/rpm/collector.spec >&2
cp "$work/rpms/$machine/collector-$version-1.$machine.rpm" "$folder"
echo "$folder/collector-$version-1.$machine.rpm"
