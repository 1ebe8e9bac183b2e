// Sends one log record with OpenTelemetry's SDK for JavaScript, to where the environment says (sdk.env, its lines for HTTP), else to localhost:4318.
// npm install @opentelemetry/api-logs @opentelemetry/sdk-logs @opentelemetry/resources @opentelemetry/exporter-logs-otlp-proto && node send.mjs
import { SeverityNumber } from '@opentelemetry/api-logs';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { detectResources, envDetector } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';

const provider = new LoggerProvider({
  resource: detectResources({ detectors: [envDetector] }),
  processors: [new BatchLogRecordProcessor({ exporter: new OTLPLogExporter() })],
});
provider.getLogger('shop').emit({ severityNumber: SeverityNumber.INFO, severityText: 'INFO', body: 'SQL injection attempt detected in API.' });
await provider.shutdown(); // sends what still waits
