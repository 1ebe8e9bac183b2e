#!/usr/bin/env bash
# Ends with 0 when podman can import, build and run an image here, in the ways that the container tests do; else says why not.
set -euo pipefail
name=localhost/collector-probe:$$
limits=(--ulimit nofile=4000:4000 --ulimit nproc=4000:4000)
trap 'podman rmi --force "$name" "$name-built" > /dev/null 2>&1 || true' EXIT
bash "$(dirname "$0")/../Container/stand-in-image.sh" "$name" dash coreutils
printf 'FROM %s\nRUN true\n' "$name" | podman --runtime runc build --quiet --pull=never --network none "${limits[@]}" --tag "$name-built" - > /dev/null
podman --runtime runc run --rm --read-only --cap-drop all --security-opt no-new-privileges --network host "${limits[@]}" "$name-built" true
