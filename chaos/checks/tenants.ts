import { type Evidence, uuidOf } from '../evidence.ts';
import type { Breach } from '../journal.ts';

/** Everything that the clients of a tenant created or saw belongs to it. */
export async function tenantsAreSeparate({ world, journal }: Evidence): Promise<Breach[]> {
  const promise = 'no tenant reaches the rows of another';
  const rows = await world.query<{ id: string; tenant: string }>(
    `SELECT j.id, t.name AS tenant FROM jobs j JOIN tenants t ON t.id = j.tenant_id
     UNION ALL SELECT b.id, t.name FROM batches b JOIN tenants t ON t.id = b.tenant_id`,
  );
  const owners = new Map(rows.map(({ id, tenant }) => [id, tenant]));
  for (const { id, intent } of [...journal.jobs.values(), ...journal.batches.values()])
    journal.see(intent.tenant, [id]);
  return [...journal.seen].flatMap(([tenant, ids]) => {
    journal.count(`jobs and batches seen by ${tenant}`, ids.size);
    return [...ids].flatMap((id): Breach[] => {
      // Deleted jobs have no row.
      const owner = owners.get(uuidOf(id)) ?? tenant;
      return owner === tenant ? [] : [{ promise, detail: `${tenant} saw a row of ${owner}`, about: id }];
    });
  });
}

/** Each answered mutation is in the audit log, except those whose entries may follow later. */
export async function auditIsComplete({ world, journal }: Evidence): Promise<Breach[]> {
  const rows = await world.query<{ action: string; target: string }>(
    `SELECT action, target FROM audit_log WHERE outcome = 'OK' AND target IS NOT NULL`,
  );
  const entries = new Set(rows.map(({ action, target }) => `${action} ${target}`));
  journal.count('entries of the audit log', rows.length);
  return journal.answered.flatMap(({ action, target }): Breach[] => {
    if (entries.has(`${action} ${target}`)) return [];
    return [{ promise: 'an answered change is in the audit log', detail: `${action} of ${target} is missing` }];
  });
}
