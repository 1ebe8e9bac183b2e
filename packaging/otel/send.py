#!/usr/bin/env python3
"""Sends what a program says through logging over OTLP (HTTP), with nothing but Python's standard library.

usage: send.py [URL]
With OpenTelemetry's SDK the program stays as it is: set the environment of sdk.env and OTEL_PYTHON_LOGGING_AUTO_INSTRUMENTATION_ENABLED=true,
and start it by "opentelemetry-instrument python3 PROGRAM".
"""
import json
import logging
import logging.handlers
import sys
import urllib.request


class OtlpHandler(logging.handlers.MemoryHandler):
    """Collects up to 512 records and sends them together; at once when there is an error, and at the end."""

    def __init__(self, url, service):
        super().__init__(capacity=512, flushLevel=logging.ERROR)
        self.url, self.service = url, service

    def flush(self):
        self.acquire()
        try:
            records, self.buffer = self.buffer, []
        finally:
            self.release()
        if not records:
            return
        logs = [{
            "timeUnixNano": str(int(record.created * 1e9)),
            "severityNumber": min(max(record.levelno // 10 * 4 + 1, 1), 21),
            "severityText": record.levelname,
            "body": {"stringValue": self.format(record)},
        } for record in records]
        body = {"resourceLogs": [{
            "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": self.service}}]},
            "scopeLogs": [{"logRecords": logs}],
        }]}
        request = urllib.request.Request(self.url, json.dumps(body).encode(), {"Content-Type": "application/json"})
        try:
            urllib.request.urlopen(request, timeout=10).close()
        except OSError as problem:
            print(f"{len(records)} records not sent: {problem}", file=sys.stderr)


url = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:4318/v1/logs"
logging.basicConfig(level=logging.INFO, format="%(message)s", handlers=[OtlpHandler(url, service="shop")])
logging.info("SQL injection attempt detected in API.")
