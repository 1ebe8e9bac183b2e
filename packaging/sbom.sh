#!/usr/bin/env bash
# Writes the software bill of materials (CycloneDX 1.5) of the binary, from what the lock files say went into it.
# usage: packaging/sbom.sh [VERSION] > collector.cdx.json        needs jq
set -euo pipefail
cd "$(dirname "$0")/.."
version=${1:-$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)}
time=$(date -u -d "@${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}" +%Y-%m-%dT%H:%M:%SZ)
sha256() { sha256sum "$1" | cut -d' ' -f1; }
jq -s --arg version "$version" --arg time "$time" \
  --arg model "$(sha256 models/severity.onnx)" --arg vocabulary "$(sha256 models/vocab.txt)" '
  def reference: "pkg:nuget/\(.name)@\(.version)";
  # Analyzers and the linker run at build time and leave nothing in the binary; the compiler brings the runtime, which is in it.
  def is_tool: test("BannedApiAnalyzers|ILLink.Tasks");
  [ .[].dependencies[] | to_entries[] | select(.value.resolved and (.key | is_tool | not))
    | { name: .key, version: .value.resolved, content: .value.contentHash, needs: ((.value.dependencies // {}) | keys) } ]
  | unique_by(.name, .version) as $packages
  | ($packages | map({ key: (.name | ascii_downcase), value: reference }) | from_entries) as $references
  | {
      bomFormat: "CycloneDX", specVersion: "1.5", version: 1,
      metadata: {
        timestamp: $time,
        component: { type: "application", "bom-ref": "collector", name: "collector", version: $version, licenses: [{ license: { id: "Apache-2.0" } }] }
      },
      components: (
        [ $packages[] | { type: "library", "bom-ref": reference, name, version, purl: reference, properties: [{ name: "nuget:contentHash", value: .content }] } ]
        + [ { type: "machine-learning-model", "bom-ref": "model", name: "severity.onnx", hashes: [{ alg: "SHA-256", content: $model }] },
            { type: "data", "bom-ref": "vocabulary", name: "vocab.txt", hashes: [{ alg: "SHA-256", content: $vocabulary }] } ]),
      dependencies: (
        [ { ref: "collector", dependsOn: ([ $packages[] | reference ] + ["model", "vocabulary"]) } ]
        + [ $packages[] | { ref: reference, dependsOn: [ .needs[] | $references[ascii_downcase] | values ] } ])
    }' src/*/packages.lock.json
