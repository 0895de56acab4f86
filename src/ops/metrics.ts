import { Counter, Gauge, Registry } from 'prom-client';
import { failureCodes, isFailureCode } from '../errors.ts';
import { withinRunning } from './running-time.ts';
import { countedUpTo, type Vitals } from './vitals.ts';

/**
 * Sources of the metrics. If one fails, its metrics are omitted, because a missing number is better than a stale one.
 */
export interface MetricSources {
  readVitals: () => Promise<Vitals>;
  /** Jobs by status; exact for unfinished ones, estimated for the others once there are many. */
  countJobs: () => Promise<Map<string, number>>;
  /** The kinds of all alerts, and which of them are raised. */
  readAlerts: () => Promise<{ all: readonly string[]; raised: ReadonlySet<string> }>;
  /** Permits waiting in Redis. */
  countPermits: () => Promise<number>;
  /** The counters named by `countersOf`. */
  readCounters: () => Promise<Map<string, number>>;
  /** Reads how long the oldest due webhook has been due; null if no webhook is due. */
  readOldestDelivery: () => Promise<number | null>;
  /** The recent accuracy of estimates, by the moment at which they were made. */
  readEtaQuality: () => Promise<EtaQuality[]>;
}

export interface EtaQuality {
  moment: string;
  /** The median and the 90th percentile of the errors, in seconds. */
  medianError: number;
  ninthDecileError: number;
  /** The share of intervals that contained the end. */
  coverage: number;
}

export interface Scrape {
  contentType: string;
  body: string;
}

const finalStatuses = ['COMPLETED', 'FAILED', 'CANCELLED'];
const finished = (status: string) => `finished:${status}`;
const failed = (code: string) => `failed:${code}`;
const rescued = 'rescued';
const outcomes = ['delivered', 'failed'] as const;
const attempted = (outcome: string) => `webhook:${outcome}`;
const dead = 'webhook:dead';

/** The counters that a delivery attempt increments. */
export function deliveryCounters(delivered: boolean, isDead: boolean): string[] {
  return [attempted(delivered ? 'delivered' : 'failed'), ...(isDead ? [dead] : [])];
}

/** The counters that a published state increments. Only transitions do: each is published once, by its author. */
export function countersOf(state: { seq: number; status: string; failure: { code: string } | null }): string[] {
  if (state.seq > 0) return [];
  const counters: string[] = [];
  if (finalStatuses.includes(state.status)) counters.push(finished(state.status));
  if (state.failure !== null && (state.status === 'RETRYING' || state.status === 'FAILED')) {
    counters.push(failed(isFailureCode(state.failure.code) ? state.failure.code : 'INTERNAL'));
    if (state.failure.code === 'WORKER_LOST') counters.push(rescued);
  }
  return counters;
}

/**
 * All metrics in Prometheus's text format. They describe the whole installation, so every API process returns the same.
 */
export async function scrape(sources: MetricSources): Promise<Scrape> {
  const [vitals, jobs, permits, counters, delivery, etas, alerts] = await Promise.all([
    orNull(sources.readVitals()),
    orNull(sources.countJobs()),
    orNull(sources.countPermits()),
    orNull(sources.readCounters()),
    orNull(sources.readOldestDelivery().then((seconds) => ({ seconds }))),
    orNull(sources.readEtaQuality()),
    orNull(sources.readAlerts()),
  ]);
  // A new registry each time, without metrics that could not be read.
  const registry = new Registry();
  const registers = [registry];
  const gauge = (name: string, help: string, value: number) => new Gauge({ name, help, registers }).set(value);
  if (jobs !== null) {
    const help = 'Jobs by status; finished ones are an estimate once there are many.';
    const byStatus = new Gauge({ name: 'pagehive_jobs', help, labelNames: ['status'], registers });
    for (const [status, n] of jobs) byStatus.set({ status }, n);
  }
  if (alerts !== null) {
    const help = 'Whether an alert is raised: 1 or 0, by kind.';
    const byKind = new Gauge({ name: 'pagehive_alerts', help, labelNames: ['kind'], registers });
    for (const kind of alerts.all) byKind.set({ kind }, alerts.raised.has(kind) ? 1 : 0);
  }
  if (permits !== null) gauge('pagehive_queue_permits_waiting', 'Permits that no worker has taken yet.', permits);
  if (vitals !== null) {
    const { workers, slots, running, claimable, firstWaitingSeconds, pausedSeconds } = vitals;
    const waiting = 'How long the first job in the queue has been waiting; 0 if none waits.';
    gauge('pagehive_queue_oldest_waiting_seconds', waiting, firstWaitingSeconds ?? 0);
    const depth = `Jobs that could start now, counted up to ${countedUpTo}.`;
    gauge('pagehive_queue_claimable_jobs', depth, claimable);
    const paused = 'Whether an operator paused the whole queue: 1 or 0.';
    gauge('pagehive_queue_paused', paused, pausedSeconds === null ? 0 : 1);
    gauge('pagehive_workers', 'Live workers.', workers);
    gauge('pagehive_worker_slots', 'Maximum number of jobs that the live workers can run at once.', slots);
    gauge('pagehive_worker_slots_busy', 'Running jobs.', running);
  }
  if (delivery !== null) {
    const late = 'How long the oldest due webhook has been due; 0 if no webhook is due.';
    gauge('pagehive_webhooks_oldest_due_seconds', late, delivery.seconds ?? 0);
  }
  if (counters !== null) {
    const total = (
      name: string,
      help: string,
      label: string,
      values: readonly string[],
      key: (value: string) => string,
    ) => {
      const counter = new Counter({ name, help, labelNames: [label], registers });
      for (const value of values) counter.inc({ [label]: value }, counters.get(key(value)) ?? 0);
    };
    const since = 'Counted since Redis was last emptied.';
    total('pagehive_jobs_finished_total', `Jobs that ended, by status. ${since}`, 'status', finalStatuses, finished);
    total('pagehive_attempts_failed_total', `Failed attempts, by failure code. ${since}`, 'code', failureCodes, failed);
    total(
      'pagehive_webhook_attempts_total',
      `Attempts to deliver a webhook, by outcome. ${since}`,
      'outcome',
      outcomes,
      attempted,
    );
    const single = (name: string, help: string, key: string) =>
      new Counter({ name, help: `${help} ${since}`, registers }).inc(counters.get(key) ?? 0);
    single('pagehive_jobs_rescued_total', 'Jobs taken from lost workers.', rescued);
    single('pagehive_webhooks_dead_total', 'Webhook deliveries that were given up.', dead);
  }
  if (etas !== null) setEtaQuality(etas, registers);
  return { contentType: registry.contentType, body: await registry.metrics() };
}

function setEtaQuality(etas: EtaQuality[], registers: Registry[]): void {
  const error = new Gauge({
    name: 'pagehive_eta_error_seconds',
    help: 'Recent errors of estimated job ends, by the moment of the estimate.',
    labelNames: ['moment', 'percentile'],
    registers,
  });
  const held = new Gauge({
    name: 'pagehive_eta_interval_held_ratio',
    help: 'Share of recent job ends inside the estimated interval, by the moment of the estimate; the target is 0.8.',
    labelNames: ['moment'],
    registers,
  });
  for (const { moment, medianError, ninthDecileError, coverage } of etas) {
    error.set({ moment, percentile: '50' }, medianError);
    error.set({ moment, percentile: '90' }, ninthDecileError);
    held.set({ moment }, coverage);
  }
}

const timeoutMs = 2_000;

async function orNull<T>(reading: Promise<T>): Promise<T | null> {
  return await withinRunning(timeoutMs, reading, () => new Error('no response')).catch(() => null);
}
