# The common beginning of the builds of packages, which source it with their own arguments: BINARY FOLDER [VERSION ...].
# Sets binary, folder, version and machine (x86_64 or aarch64), exports SOURCE_DATE_EPOCH, and goes to the root of the checkout.
binary=$(realpath "$1") folder=$(realpath "$2")
cd "$(dirname "${BASH_SOURCE[0]}")/.."
version=${3:-$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)}
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
case $(readelf -h "$binary" | sed -n 's/ *Machine: *//p') in
  *X86-64*) machine=x86_64 ;;
  AArch64) machine=aarch64 ;;
  *) echo "$binary: neither x86_64 nor aarch64" >&2; exit 1 ;;
esac

# The newest glibc that the binary asks for; ONNX Runtime, which is inside it, asks for 2.28.
newest_glibc() { (echo GLIBC_2.28; objdump -T "$binary") | grep -o 'GLIBC_[0-9.]*' | sed s/GLIBC_// | sort -V | tail -1; }
