#!/usr/bin/env bash
# Builds the RPM package around a published binary.
# usage: packaging/rpm/build.sh BINARY FOLDER [VERSION [PAYLOAD]]     writes FOLDER/collector-VERSION-1.ARCHITECTURE.rpm
# Needs rpmbuild, binutils and jq. The same input gives the same bytes: times come from SOURCE_DATE_EPOCH.
set -euo pipefail
binary=$(realpath "$1") folder=$(realpath "$2")
cd "$(dirname "$0")/../.."
version=${3:-$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)}
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}

case $(readelf -h "$binary" | sed -n 's/ *Machine: *//p') in
  *X86-64*) architecture=x86_64 ;;
  AArch64) architecture=aarch64 ;;
  *) echo "$binary: neither x86_64 nor aarch64" >&2; exit 1 ;;
esac

# The newest glibc that the binary asks for; ONNX Runtime, which is inside it, asks for 2.28.
glibc=$( (echo GLIBC_2.28; objdump -T "$binary") | grep -o 'GLIBC_[0-9.]*' | sed s/GLIBC_// | sort -V | tail -1)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
umask 022
strip --strip-unneeded -o "$work/collector" "$binary"
rpmbuild --quiet -bb --target "$architecture" --define "_topdir $work" --define "_sourcedir $PWD" --define "_rpmdir $work/rpms" --define "_dbpath $work/db" \
  --define "_tmppath $work" --define "collector_payload ${4:-w6.gzdio}" --define "collector_version $version" --define "collector_glibc $glibc" --define "collector_binary $work/collector" packaging/rpm/collector.spec >&2
cp "$work/rpms/$architecture/collector-$version-1.$architecture.rpm" "$folder"
echo "$folder/collector-$version-1.$architecture.rpm"
