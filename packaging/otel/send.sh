#!/usr/bin/env bash
# Sends one log record as OTLP over HTTP, with curl alone. What a program without an SDK has to say.
# usage: packaging/otel/send.sh [URL [BODY]]
set -euo pipefail
url=${1:-http://127.0.0.1:4318/v1/logs} body=${2:-SQL injection attempt detected in API.}
curl --silent --show-error --fail --header 'Content-Type: application/json' --data @- "$url" <<JSON
{"resourceLogs":[{
  "resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},
  "scopeLogs":[{"logRecords":[{
    "timeUnixNano":"$(date +%s%N)","severityNumber":9,"severityText":"INFO","body":{"stringValue":"$body"}}]}]}]}
JSON
