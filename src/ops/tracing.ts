/** Facts about a span. Never a text or a name from a document or a client, and never a URL. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

export interface SpanOptions {
  /** The span that caused this one, as a W3C traceparent; null for a new trace. */
  parent: string | null;
  kind?: 'SERVER' | 'PRODUCER' | 'CONSUMER' | 'INTERNAL';
  attributes?: SpanAttributes;
  /** Default: now. */
  startedAt?: Date;
}

/** A step of a trace: what happened between its start and its end. */
export interface TraceSpan {
  /** Identifies the span as the parent of others, also in other processes; null without tracing. */
  readonly traceparent: string | null;
  set(attributes: SpanAttributes): void;
  /** Marks the span as failed. `code` is one of our codes, or the name of an error's class. */
  fail(code: string): void;
  /** Only the first call counts. */
  end(at?: Date): void;
}

/** Records traces, if a collector for them is configured. */
export interface Tracing extends AsyncDisposable {
  start(name: string, options: SpanOptions): TraceSpan;
}

const noSpan: TraceSpan = { traceparent: null, set() {}, fail() {}, end() {} };

/** Records nothing. */
export const noTracing: Tracing = { start: () => noSpan, async [Symbol.asyncDispose]() {} };

/** Runs `work` as a step of a trace. */
export async function traced<T>(
  tracing: Tracing,
  name: string,
  options: SpanOptions,
  work: (span: TraceSpan) => Promise<T>,
): Promise<T> {
  const span = tracing.start(name, options);
  try {
    return await work(span);
  } catch (error) {
    span.fail(failureName(error));
    throw error;
  } finally {
    span.end();
  }
}

/** Returns the code of an error, or the name of its class: its message may contain anything. */
export function failureName(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
