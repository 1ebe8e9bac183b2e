#!/usr/bin/env bash
# Sets up what the tests need and runs everything that has to pass:
# restore, format, build (warnings are errors), AOT publish, unit, snapshot and conformance tests, end-to-end tests on the published binary.
# then the packages, the container image, the dashboards, rules and samples of packaging/. A test whose tools are not here is skipped and says why.
# usage: ./test.sh [--no-install]
set -euo pipefail
cd "$(dirname "$0")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en
results=artifacts/test-results

say() { printf '\n== %s\n' "$*"; }

# Real peers for the tests, and what Native AOT links with.
packages=(bsdutils clang curl openssl prometheus prometheus-alertmanager python3-aiosmtpd qemu-user rsyslog rsyslog-gnutls rsyslog-relp sentencepiece strace zlib1g-dev)
# tests/Packaging.Tests; one of its tests also wants kubectl, which Debian does not carry.
packages+=(binutils docker-compose git iproute2 jq lintian man-db podman procps rpm runc systemd util-linux)
command -v node >/dev/null || packages+=(nodejs)
command -v npm >/dev/null || packages+=(npm)
if [ "${1:-}" != --no-install ] && command -v dpkg-query >/dev/null; then
  missing=()
  for package in "${packages[@]}"; do
    dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
  done
  if [ ${#missing[@]} -gt 0 ]; then
    say "install ${missing[*]}"
    sudo=(); [ "$(id -u)" -eq 0 ] || sudo=(sudo)
    "${sudo[@]}" apt-get update -qq
    DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  fi
fi

say restore
dotnet restore --locked-mode

say 'OpenTelemetry JS, a client for the end-to-end tests'
npm ci --no-audit --no-fund --ignore-scripts --prefix tests/EndToEnd.Tests/otel-js

say format
# The build enforces most of the style as well. A formatter that hangs (seen on a busy machine) is no finding; one that finds something is.
timeout --kill-after=10 900 dotnet format --no-restore --verify-no-changes || [ $? -ge 124 ]

say build
dotnet build --no-restore -c Release

say 'publish (Native AOT, one file)'
rm -rf artifacts "$results"
dotnet publish --no-restore -c Release src/Collector -o artifacts/publish
cp artifacts/publish/collector artifacts/collector
ls -l artifacts/collector

say 'test'
status=0
for project in Receivers Classifier Collector EndToEnd Packaging; do
  dotnet test --no-build -c Release "tests/$project.Tests" --logger "trx;LogFileName=$project.trx" --results-directory "$results" || status=1
done

say 'allocations of the hot paths'
dotnet tests/Benchmarks/bin/Release/net10.0/Benchmarks.dll allocations tests/Benchmarks/allocations.json || status=1

# With the reason, or a missing tool looks like a pass.
awk -F'"' '/outcome="NotExecuted"/ { for (i = 1; i < NF; i++) if ($i ~ / testName=$/) name = $(i + 1) }
  name && /<Message>/ { gsub(/ *<\/?Message>/, ""); print "skipped: " name ": " $0; name = "" }' "$results"/*.trx

count() { grep -ho '<Counters [^>]*' "$results"/*.trx | grep -o " $1=\"[0-9]*\"" | tr -dc '0-9\n' | awk '{ n += $1 } END { print n + 0 }'; }
# A skipped test counts in no column of its own: it is in the total and was not executed.
printf '\n%s passed, %s failed, %s skipped\n' "$(count passed)" "$(count failed)" "$(($(count total) - $(count executed)))"
exit $status
