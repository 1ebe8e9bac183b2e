// Sends numbered log records with one of OpenTelemetry's own exporters.
// usage: node send.mjs grpc|http|proto URL COUNT none|gzip
import { LoggerProvider, BatchLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { SeverityNumber } from '@opentelemetry/api-logs';
import { OTLPLogExporter as Grpc } from '@opentelemetry/exporter-logs-otlp-grpc';
import { OTLPLogExporter as Http } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as Proto } from '@opentelemetry/exporter-logs-otlp-proto';

const [kind, url, count, compression] = process.argv.slice(2);
// As patient as the test that waits for it.
const timeoutMillis = 60_000;
const exporter = new { grpc: Grpc, http: Http, proto: Proto }[kind]({ url, compression, timeoutMillis });
const failures = [];
const send = exporter.export.bind(exporter);
exporter.export = (records, done) => send(records, result => { if (result.code !== 0) failures.push(result.error); done(result); });
const provider = new LoggerProvider({
  resource: resourceFromAttributes({ 'service.name': 'checkout-api', 'host.name': 'web1' }),
  processors: [new BatchLogRecordProcessor({ exporter, maxQueueSize: 100_000, maxExportBatchSize: 512, exportTimeoutMillis: timeoutMillis })],
});
const logger = provider.getLogger('shop', '1.2.3');
for (let i = 0; i < Number(count); i++) {
  logger.emit({
    timestamp: 1_764_064_800_000 + i,
    severityNumber: SeverityNumber.ERROR,
    severityText: 'Error',
    body: `request ${i} took 12 ms`,
    attributes: { number: i, ratio: 0.5, ok: true, tags: ['a', 'b'] },
  });
}
await provider.forceFlush();
await provider.shutdown();
if (failures.length > 0) {
  console.error(String(failures[0]));
  process.exit(1);
}
