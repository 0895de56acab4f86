import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { FailureCode } from '../errors.ts';
import type { LimitName } from '../refusal-limits.ts';
import { ExtractorMetrics } from './extractor-metrics.ts';
import type { Scrape } from './metrics.ts';
import type { SlotUse } from './slots.ts';

/** The runtime's own metrics: processor time, memory, garbage collection, delay of the event loop. */
let runtime: Registry | null = null;

function runtimeMetrics(): Registry {
  if (runtime === null) {
    runtime = new Registry();
    collectDefaultMetrics({ register: runtime });
    // Gauges whose names claim that they are counters. The metrics without `_total` report the same by type.
    for (const what of ['handles', 'requests', 'resources']) runtime.removeSingleMetric(`nodejs_active_${what}_total`);
  }
  return runtime;
}

/** Failures that end an attempt which would otherwise never end. */
const rescuing: readonly FailureCode[] = ['WORKER_LOST', 'PROCESS_BLOCKED', 'NO_PROGRESS', 'TIME_LIMIT'];

const claimUnknown = 'CLAIM_UNKNOWN';

/** The kinds of attempts that were stuck and were ended. */
export const rescueKinds: readonly string[] = [...rescuing, claimUnknown];

/** The rows that wake-ups are for. */
export type QueuedRows = 'jobs' | 'webhooks';

const requestSeconds = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const stageSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800];

/**
 * The metrics of one process, in contrast to those of the installation (`scrape`). Labels have few values: no client
 * chooses them.
 */
export class ProcessMetrics {
  readonly #sources: (() => Promise<Scrape>)[] = [];
  readonly #registry = new Registry();
  readonly #registers = [this.#registry];
  readonly #requests = new Histogram({
    name: 'pagehive_http_request_duration_seconds',
    help: 'Duration of HTTP requests, without streams of events.',
    labelNames: ['route', 'status'],
    buckets: requestSeconds,
    registers: this.#registers,
  });
  readonly #operations = new Histogram({
    name: 'pagehive_graphql_operation_duration_seconds',
    help: 'Duration of queries and mutations over any transport, by their first root field.',
    labelNames: ['operation', 'field'],
    buckets: requestSeconds,
    registers: this.#registers,
  });
  readonly #errors = new Counter({
    name: 'pagehive_request_errors_total',
    help: 'Errors in responses, by code. Codes such as RATE_LIMITED and OVERLOADED are refusals by a limit.',
    labelNames: ['code'],
    registers: this.#registers,
  });
  readonly #subscriptions = new Gauge({
    name: 'pagehive_subscriptions',
    help: 'Open subscriptions.',
    registers: this.#registers,
  });
  readonly #coalesced = new Counter({
    name: 'pagehive_events_coalesced_total',
    help: 'Progress events that a newer one replaced before their subscriber took them.',
    registers: this.#registers,
  });
  readonly #stages = new Histogram({
    name: 'pagehive_stage_duration_seconds',
    help: 'Duration of the stages of attempts.',
    labelNames: ['stage'],
    buckets: stageSeconds,
    registers: this.#registers,
  });
  readonly #pages = new Counter({
    name: 'pagehive_pages_total',
    help: 'Extracted pages, by engine.',
    labelNames: ['engine'],
    registers: this.#registers,
  });

  readonly #refusals = new Counter({
    name: 'pagehive_refusals_total',
    help: 'Requests that a limit refused, by limit.',
    labelNames: ['limit'],
    registers: this.#registers,
  });
  readonly #retries = new Counter({
    name: 'pagehive_retries_total',
    help: 'Failed attempts that are retried, by failure code. The process that recorded the failure counts it.',
    labelNames: ['code'],
    registers: this.#registers,
  });
  readonly #rescues = new Counter({
    name: 'pagehive_rescues_total',
    help: 'Attempts that were stuck and were ended, by kind.',
    labelNames: ['kind'],
    registers: this.#registers,
  });
  readonly #wakeUps = new Counter({
    name: 'pagehive_wakeups_total',
    help: 'Idle slots that woke up to claim rows, by queue and by cause: a permit, or polling.',
    labelNames: ['queue', 'cause'],
    registers: this.#registers,
  });
  readonly #claimed = new Counter({
    name: 'pagehive_rows_claimed_total',
    help: 'Rows that slots claimed, by queue.',
    labelNames: ['queue'],
    registers: this.#registers,
  });
  readonly #permitsAdded = new Counter({
    name: 'pagehive_queue_permits_added_total',
    help: 'Permits that maintenance sent for rows without one: due retries, and rows whose permit was lost.',
    registers: this.#registers,
  });
  /** The extractor processes of a worker. */
  readonly extractors = new ExtractorMetrics(this.#registry);

  /** Counts an HTTP request that has ended. */
  requestEnded(route: string, status: number, seconds: number): void {
    this.#requests.observe({ route, status }, seconds);
  }

  /** Counts a query or mutation that has ended. */
  operationEnded(operation: string, field: string, seconds: number): void {
    this.#operations.observe({ operation, field }, seconds);
  }

  /** Counts an error in a response. */
  errorSent(code: string): void {
    this.#errors.inc({ code });
  }

  /** Counts a request that a limit refused. */
  refused(limit: LimitName): void {
    this.#refusals.inc({ limit });
  }

  /** Counts what a transition of a job shows: a retry, or the end of a stuck attempt. */
  transitioned(state: { seq: number; status: string; failure: { code: FailureCode } | null }): void {
    if (state.seq > 0 || state.failure === null) return;
    const { code } = state.failure;
    if (state.status !== 'RETRYING' && state.status !== 'FAILED') return;
    if (state.status === 'RETRYING') this.#retries.inc({ code });
    if (rescuing.includes(code)) this.#rescues.inc({ kind: code });
  }

  /** Counts a job that was given back, because the worker never learned of its claim. */
  claimRescued(): void {
    this.#rescues.inc({ kind: claimUnknown });
  }

  /** Counts a slot that starts to claim rows. */
  slotWoken(queue: QueuedRows, cause: 'permit' | 'poll'): void {
    this.#wakeUps.inc({ queue, cause });
  }

  rowsClaimed(queue: QueuedRows, rows: number): void {
    this.#claimed.inc({ queue }, rows);
  }

  permitsAdded(permits: number): void {
    this.#permitsAdded.inc(permits);
  }

  /** Counts a subscription until `over` aborts. */
  subscriptionOpened(over: AbortSignal): void {
    if (over.aborted) return;
    this.#subscriptions.inc();
    over.addEventListener('abort', () => this.#subscriptions.dec(), { once: true });
  }

  eventCoalesced(): void {
    this.#coalesced.inc();
  }

  /** Counts a stage of an attempt that has ended. */
  stageEnded(stage: string, seconds: number): void {
    this.#stages.observe({ stage }, seconds);
  }

  pagesExtracted(engine: string, pages: number): void {
    this.#pages.inc({ engine }, pages);
  }

  /** Adds metrics that are not of the process alone, such as those of the installation. */
  addSource(scrape: () => Promise<Scrape>): void {
    this.#sources.push(scrape);
  }

  /** Returns all metrics of the process, and of its sources, in Prometheus's text format. */
  async scrape(): Promise<Scrape> {
    const own = Registry.merge([this.#registry, runtimeMetrics()]);
    const others = await Promise.all(this.#sources.map((source) => source()));
    const bodies = [...others.map(({ body }) => body), await own.metrics()];
    return { contentType: own.contentType, body: bodies.join('\n') };
  }

  /** Adds the connections of pools, by their names, which are read at each scrape. */
  observePools(pools: () => Record<string, SlotUse>): void {
    const help = 'Connections to PostgreSQL, by pool and state.';
    this.#gauge('pagehive_database_connections', help, ['pool', 'state'], (gauge) => {
      for (const [pool, { size, busy }] of Object.entries(pools())) {
        gauge.set({ pool, state: 'busy' }, busy);
        gauge.set({ pool, state: 'free' }, size - busy);
      }
    });
    this.#gauge('pagehive_database_statements_waiting', 'Statements that wait for a connection.', ['pool'], (gauge) => {
      for (const [pool, { waiting }] of Object.entries(pools())) gauge.set({ pool }, waiting);
    });
  }

  #gauge<Label extends string>(
    name: string,
    help: string,
    labelNames: Label[],
    read: (gauge: Gauge<Label>) => void,
  ): void {
    const gauge = new Gauge({
      name,
      help,
      labelNames,
      registers: [],
      collect() {
        read(this);
      },
    });
    this.#registry.registerMetric(gauge);
  }
}
