import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type { Telemetry } from 'bullmq';
import { BullMQOtel } from 'bullmq-otel';

/** What queues and workers report their spans to, and its end. */
export interface Tracing {
  readonly telemetry: Telemetry;
  /** Sends what was not sent yet. Never rejects: spans that nobody takes are no reason to fail. */
  close(): Promise<void>;
}

/**
 * Sends a span for each wish, wait and run of a job to an OpenTelemetry collector: `endpoint` is its base address, as in
 * `http://localhost:4318`, to which OTLP's own path is added. Jobs carry ids only, so spans do too. Loaded where it is
 * configured only, since it costs memory in every process.
 */
export function startTracing(endpoint: string, role: string): Tracing {
  const exporter = new OTLPTraceExporter({ url: `${endpoint}/v1/traces` });
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'ringmaster', 'service.instance.id': role }),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  provider.register();
  return {
    telemetry: new BullMQOtel({ tracerName: 'ringmaster' }),
    close: () => provider.shutdown().catch(() => undefined),
  };
}
