import type { AlertSettings } from '../config/alert-settings.ts';
import type { Database } from '../connections/database.ts';
import { failureCodes, failures } from '../errors.ts';
import { readVitals } from '../fleet/vitals.ts';
import { isStuck, stuckSeconds } from '../ops/probes.ts';
import type { Vitals } from '../ops/vitals.ts';
import { usedPercent } from '../storage/disk.ts';
import { symptoms } from './sql/alerts.ts';

/** What operators are alerted of, and what to do about it. */
export const alertKinds = {
  NO_WORKERS: 'Start a worker: `pagehive work`.',
  JOBS_WAIT: 'Start more workers, or raise CONCURRENCY if processors are idle.',
  JOBS_NOT_STARTED: 'Look at the logs of the workers and restart them.',
  JOBS_FAIL: 'List the failures with `pagehive list --status failed`, and read the logs of the workers.',
  JOBS_STUCK: 'Check that `pagehive maintain` runs: it takes jobs from lost workers.',
  WEBHOOKS_DEAD: 'Check the receivers with `webhookDeliveries`, then call `redeliverWebhook`.',
  DISK_FULL: 'Delete jobs or enlarge the disk of DATA_DIR.',
  DATABASE_CONNECTIONS: 'Raise max_connections of PostgreSQL, or lower DATABASE_CONNECTIONS of the processes.',
} as const;

export type AlertKind = keyof typeof alertKinds;

function isAlertKind(kind: string): kind is AlertKind {
  return Object.hasOwn(alertKinds, kind);
}

export const allKinds: readonly AlertKind[] = Object.keys(alertKinds).filter(isAlertKind);

/** Returns what to do about an alert. An unknown kind comes from another version, whose documentation says it. */
export function adviceOf(kind: string): string {
  return isAlertKind(kind) ? alertKinds[kind] : 'See docs/operating.md of the version that runs maintenance.';
}

/** The conditions that hold now, each with what was observed. */
export type Observed = Map<AlertKind, string>;

export interface Symptoms {
  /** Jobs that ended in the last five minutes. */
  ended: number;
  /** Those of them that FAILED for another reason than their document. */
  failed: number;
  /** Running jobs whose lease was not renewed for `stuckLeaseSeconds`. */
  stuck: number;
  /** Deliveries given up in the last hour. */
  deadWebhooks: number;
  connections: number;
  maxConnections: number;
}

/** Fewer ended jobs than this show no failure rate. */
const minEnded = 20;
const maxCounted = 10_000;
/** The rescuer takes the job of a lost worker within seconds after its lease has expired. */
const stuckLeaseSeconds = 30;
const connectionsPercent = 90;

const inputCodes = failureCodes.filter((code) => failures[code].category === 'INPUT');

/** Returns the conditions that hold now. */
export async function observe(
  { database, dataDir }: { database: Database; dataDir: string },
  settings: AlertSettings,
): Promise<Observed> {
  const [vitals, found, disk] = await Promise.all([
    readVitals({ database }),
    readSymptoms(database),
    // A disk that cannot be read must not hide other conditions.
    usedPercent(dataDir).catch(() => 0),
  ]);
  const observed: Observed = new Map();
  observeQueue(observed, vitals, settings);
  const { ended, failed, stuck, deadWebhooks, connections, maxConnections } = found;
  if (ended >= minEnded && failed * 100 > ended * settings.failurePercent)
    observed.set(
      'JOBS_FAIL',
      `${failed} of ${ended} jobs of the last five minutes failed, not counting bad documents.`,
    );
  if (stuck > 0) observed.set('JOBS_STUCK', `Running jobs without a heartbeat for ${stuckLeaseSeconds} s: ${stuck}.`);
  if (deadWebhooks > 0) observed.set('WEBHOOKS_DEAD', `Webhook deliveries given up in the last hour: ${deadWebhooks}.`);
  if (disk >= settings.diskPercent) observed.set('DISK_FULL', `The disk of DATA_DIR is ${Math.floor(disk)} % full.`);
  if (connections * 100 >= maxConnections * connectionsPercent)
    observed.set('DATABASE_CONNECTIONS', `${connections} of ${maxConnections} connections of PostgreSQL are used.`);
  return observed;
}

function observeQueue(observed: Observed, vitals: Vitals, { waitingSeconds }: AlertSettings): void {
  const { workers, drainingWorkers, firstWaitingSeconds, claimable } = vitals;
  if (firstWaitingSeconds === null || firstWaitingSeconds < stuckSeconds) return;
  const since = `the first job in the queue has been waiting for ${Math.round(firstWaitingSeconds)} s`;
  if (workers === drainingWorkers) observed.set('NO_WORKERS', `No worker takes jobs, and ${since}.`);
  else if (isStuck(vitals)) observed.set('JOBS_NOT_STARTED', `No job starts although slots are idle; ${since}.`);
  if (firstWaitingSeconds > waitingSeconds) observed.set('JOBS_WAIT', `${claimable} jobs or more wait; ${since}.`);
}

async function readSymptoms(database: Database): Promise<Symptoms> {
  const values = [inputCodes, maxCounted, stuckLeaseSeconds];
  const [row] = await database.query<Symptoms & Record<string, unknown>>(symptoms, values);
  if (row === undefined) throw new Error('a statement that must return one row returned none');
  return row;
}
