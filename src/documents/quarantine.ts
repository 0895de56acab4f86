import type { Database } from '../connections/database.ts';
import type { Job } from '../job-row/job.ts';

/**
 * Remembers that a document made an engine crash while its supervisor lived: that engine in that version is not tried on
 * these bytes again, for this tenant. A process killed from outside is no such finding.
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

/** What made these bytes crash before, for a document whose hash was not known when its job was claimed. */
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
