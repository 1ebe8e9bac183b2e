// Sends one log record over OTLP (HTTP).
// npm install @opentelemetry/api-logs @opentelemetry/sdk-logs @opentelemetry/resources @opentelemetry/exporter-logs-otlp-proto
// usage: node send.mjs [URL]
import { SeverityNumber } from '@opentelemetry/api-logs';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';

const exporter = new OTLPLogExporter({ url: process.argv[2] ?? 'http://127.0.0.1:4318/v1/logs' });
const provider = new LoggerProvider({
  resource: resourceFromAttributes({ 'service.name': 'shop' }),
  processors: [new BatchLogRecordProcessor({ exporter })],
});
provider.getLogger('shop').emit({
  severityNumber: SeverityNumber.INFO,
  severityText: 'INFO',
  body: 'SQL injection attempt detected in API.',
});
await provider.shutdown(); // sends what still waits
