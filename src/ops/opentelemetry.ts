import { type Context, DiagLogLevel, diag, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { TracingConfig } from '../config/tracing.ts';
import type { Logger } from './logger.ts';
import { occasionally } from './occasionally.ts';
import type { SpanOptions, TraceSpan, Tracing } from './tracing.ts';

/** Loaded only if a collector is configured. */

/** Interval of sending ended spans, in milliseconds. A process that is killed loses those that it has not sent. */
const sendEveryMs = 1_000;
/** Maximum time for sending the last spans at the end of the process, in milliseconds. */
const flushMs = 2_000;
/** Minimum time between two warnings about the collector, in milliseconds. */
const warnEveryMs = 60_000;

/**
 * Sends spans to a collector by OTLP over HTTP. The exporter reads the other variables of the standard itself:
 * OTEL_EXPORTER_OTLP_HEADERS, _TIMEOUT, _COMPRESSION and _CERTIFICATE; the resource reads OTEL_SERVICE_NAME and
 * OTEL_RESOURCE_ATTRIBUTES.
 */
export function startTracing({ endpoint, sampler, ratio }: TracingConfig, process: string, logger: Logger): Tracing {
  reportTroubles(logger);
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, '')}/v1/traces` });
  const own = resourceFromAttributes({ 'service.name': 'pagehive', 'pagehive.process': process });
  const provider = new TracerProvider({
    resource: own.merge(detectResources({ detectors: [envDetector] })),
    sampler: samplerOf(sampler, ratio),
    spanProcessors: [
      new BatchSpanProcessor({ exporter, scheduledDelayMillis: sendEveryMs, exportTimeoutMillis: 10_000 }),
    ],
  });
  const tracer = provider.getTracer('pagehive');
  return {
    start(name, { parent, kind = 'INTERNAL', attributes, startedAt }: SpanOptions): TraceSpan {
      const options = { kind: SpanKind[kind], attributes, startTime: startedAt };
      const span = tracer.startSpan(name, options, contextOf(parent));
      const { traceId, spanId, traceFlags } = span.spanContext();
      let isEnded = false;
      return {
        traceparent: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`,
        set: (more) => void span.setAttributes(more),
        fail(code) {
          span.setAttribute('error.type', code);
          span.setStatus({ code: SpanStatusCode.ERROR, message: code });
        },
        end(at) {
          if (!isEnded) span.end(at);
          isEnded = true;
        },
      };
    },
    async [Symbol.asyncDispose]() {
      const deadline = new Promise<void>((resolve) => setTimeout(resolve, flushMs).unref());
      await Promise.race([provider.shutdown().catch(() => undefined), deadline]);
    },
  };
}

function samplerOf(name: TracingConfig['sampler'], ratio: number): Sampler {
  const root = name.endsWith('always_off')
    ? new AlwaysOffSampler()
    : name.endsWith('always_on')
      ? new AlwaysOnSampler()
      : new TraceIdRatioBasedSampler(ratio);
  return name.startsWith('parentbased') ? new ParentBasedSampler({ root }) : root;
}

/** Returns the context of a parent. A text that is no traceparent starts a new trace. */
function contextOf(parent: string | null): Context {
  const [, traceId, spanId, flags] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(parent ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return ROOT_CONTEXT;
  const spanContext = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true };
  return trace.setSpanContext(ROOT_CONTEXT, spanContext);
}

/** Logs what the exporter reports, such as a collector that does not respond. */
function reportTroubles(logger: Logger): void {
  const mayWarn = occasionally(warnEveryMs);
  const warn = (message: string) => {
    if (mayWarn('traces')) logger.warn({ detail: message.slice(0, 500) }, 'traces could not be sent');
  };
  const none = () => {};
  diag.setLogger(
    { error: warn, warn, info: none, debug: none, verbose: none },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
}
