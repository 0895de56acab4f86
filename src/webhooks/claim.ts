import type { Database } from '../connections/database.ts';
import type { WebhookEvent } from './events.ts';
import { deliverySlots } from './policy.ts';
import type { SecretOwner } from './secret.ts';
import { claimDue, dueLanes } from './sql/claim.ts';

/** A delivery that a worker is about to try. `attempt` is the fence: what records its outcome names it. */
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
  /** Whose secret signs it. */
  owner: SecretOwner;
  /** By the database's clock. */
  now: Date;
}

export type ClaimedRow = Omit<ClaimedDelivery, 'owner'> & Omit<SecretOwner, 'id'> & { ownerId: string };

/** What this process is at work on, of each lane and of each tenant. */
export interface Busy {
  lanes: Map<string, number>;
  tenants: Map<string, number>;
}

/** Deliveries that are due, at most so many. */
export async function claimDeliveries(
  database: Database,
  slots: number,
  { lanes, tenants }: Busy,
  leaseMs: number,
): Promise<ClaimedDelivery[]> {
  const full = [...tenants].filter(([, n]) => n >= deliverySlots.tenant).map(([id]) => id);
  const values = [slots, [...lanes.keys()], [...lanes.values()], full, leaseMs];
  const rows = await database.query<ClaimedRow>(claimDue, values);
  return rows.map(({ ownerId, secretVersion, secretRotatedAt, ...row }) => ({
    ...row,
    owner: { id: ownerId, secretVersion, secretRotatedAt },
  }));
}

/** In how many lanes something is due, and for how long the first of it; null if nothing is. */
export async function readDue(database: Database): Promise<{ lanes: number; oldestSeconds: number | null }> {
  const [row] = await database.query<{ lanes: number; oldestSeconds: number | null }>(dueLanes, []);
  return row ?? { lanes: 0, oldestSeconds: null };
}
