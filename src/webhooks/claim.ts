import type { Database } from '../connections/database.ts';
import type { WebhookEvent } from './events.ts';
import type { SecretOwner } from './secret.ts';
import { claimDue, dueLanes } from './sql/claim.ts';

/** A delivery that a worker is about to attempt. `attempt` is the fence: recording the outcome requires it. */
export interface ClaimedDelivery {
  id: string;
  tenantId: string;
  event: WebhookEvent;
  url: string;
  endpointId: string | null;
  lane: string;
  jobId: string | null;
  batchId: string | null;
  snapshot: unknown;
  createdAt: Date;
  attempt: number;
  tries: number;
  /** The owner of the secret that signs it. */
  owner: SecretOwner;
  /** By the database's clock. */
  now: Date;
  /** The span that submitted its job; null without tracing, and for events of a batch. */
  traceContext: string | null;
}

export type ClaimedRow = Omit<ClaimedDelivery, 'owner'> & Omit<SecretOwner, 'id'> & { ownerId: string };

/** The deliveries in progress in this process, per lane and per tenant. */
export interface Busy {
  lanes: Map<string, number>;
  tenants: Map<string, number>;
}

/** How a process claims. */
export interface ClaimOptions {
  /** Maximum number of deliveries. */
  most: number;
  /** Number of deliveries that the process makes at a time. */
  slots: number;
  /** How long the claim holds, in milliseconds. */
  leaseMs: number;
}

/** Claims due deliveries for a process in which these are in progress. */
export async function claimDeliveries(
  database: Database,
  { lanes, tenants }: Busy,
  { most, slots, leaseMs }: ClaimOptions,
): Promise<ClaimedDelivery[]> {
  const inProgress = [...tenants.values()].reduce((sum, n) => sum + n, 0);
  const working = [[...lanes.keys()], [...lanes.values()], [...tenants.keys()], [...tenants.values()]];
  const values = [most, ...working, slots - inProgress, leaseMs];
  const rows = await database.query<ClaimedRow>(claimDue, values);
  return rows.map(({ ownerId, secretVersion, secretRotatedAt, ...row }) => ({
    ...row,
    owner: { id: ownerId, secretVersion, secretRotatedAt },
  }));
}

/** The number of lanes with due deliveries, and how long the oldest has been due, or null without any. */
export async function readDue(database: Database): Promise<{ lanes: number; oldestSeconds: number | null }> {
  const [row] = await database.query<{ lanes: number; oldestSeconds: number | null }>(dueLanes, []);
  return row ?? { lanes: 0, oldestSeconds: null };
}
