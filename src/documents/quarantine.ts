import type { Database } from '../connections/database.ts';
import type { Job } from '../job-row/job.ts';

/**
 * Records that a document made an engine crash while its supervisor was alive: for this tenant, that version of the
 * engine is not tried on these bytes again. A process killed from outside does not count.
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
