import type { Database } from '../connections/database.ts';
import type { Job } from '../job-row/job.ts';
import { lift, listQuarantineIn } from './sql/list-quarantine.ts';

/**
 * Records that a document crashed an engine while the engine's supervisor was alive. For this tenant, that version of
 * the engine does not read these bytes again. A process killed from outside does not count.
 */
export async function quarantineDocument(
  context: { database: Database },
  job: Pick<Job, 'id' | 'tenantId'>,
  finding: { sha256: string; engineKey: string; detail: string },
): Promise<void> {
  await context.database.query(
    `INSERT INTO quarantine (tenant_id, sha256, engine_key, job_id, detail) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
    [job.tenantId, finding.sha256, finding.engineKey, job.id, finding.detail],
  );
}

/** The engines that crashed on these bytes, for a document whose hash was not known when its job was claimed. */
export async function readQuarantine(
  context: { database: Database },
  tenantId: string,
  sha256: string,
): Promise<string[]> {
  const rows = await context.database.query<{ engineKey: string }>(
    `SELECT engine_key AS "engineKey" FROM quarantine WHERE tenant_id = $1 AND sha256 = $2`,
    [tenantId, sha256],
  );
  return rows.map(({ engineKey }) => engineKey);
}

/** A document that crashed an engine. */
export interface Quarantined {
  tenantId: string;
  sha256: string;
  /** The engine with its versions, as in `Job.storedBy`. */
  engineKey: string;
  /** The job that was running; it may have been deleted since. */
  jobId: string;
  detail: string;
  createdAt: Date;
}

/** The key of a row in the order of the list. */
export type QuarantineKey = Pick<Quarantined, 'createdAt' | 'sha256' | 'tenantId' | 'engineKey'>;

/** Returns a part of the list, newest first; oldest first if `inverted`. */
export async function listQuarantine(
  database: Database,
  part: { after: QuarantineKey | null; before: QuarantineKey | null; limit: number; inverted: boolean },
): Promise<Quarantined[]> {
  const keyOf = (key: QuarantineKey | null) =>
    key === null ? [null, null, null, null] : [key.createdAt, key.sha256, key.tenantId, key.engineKey];
  const statement = listQuarantineIn(part.inverted ? 'ASC' : 'DESC');
  const values = [...keyOf(part.after), ...keyOf(part.before), part.limit];
  return await database.query<Quarantined & Record<string, unknown>>(statement, values);
}

/** Lets all engines read a document again, for one tenant or for all. Returns the number of lifted quarantines. */
export async function liftQuarantine(database: Database, sha256: string, tenantId: string | null): Promise<number> {
  return (await database.query(lift, [sha256, tenantId])).length;
}
