import { hostname, userInfo } from 'node:os';
import { defaultTenantId } from '../api/context.ts';
import { type AuditEntry, newEntry } from '../audit/entry.ts';
import { insertEntries } from '../audit/sql/audit-log.ts';
import type { Run } from '../connections/api-role-check.ts';
import { encodeId } from '../ids.ts';
import type { RecordKeyChange } from '../tenants/keys.ts';

/** Returns what records a command in the audit log, in the transaction in which the command changes a key. */
export function recordKeyCommand(action: string): RecordKeyChange {
  return (query, { id, tenantId }) =>
    query(insertEntries, [JSON.stringify([entryOf(tenantId, action, encodeId('key', id))])]);
}

/** Records a change of the whole installation. Call it in the transaction that makes the change. */
export async function recordChange(run: Run, { action, target }: { action: string; target: string | null }) {
  await run(insertEntries, [JSON.stringify([entryOf(defaultTenantId, action, target)])]);
}

function entryOf(tenantId: string, action: string, target: string | null): AuditEntry {
  const address = `${userName()}@${hostname()}`;
  return newEntry({ tenantId, actor: 'COMMAND_LINE', keyId: null, address, action, target, outcome: 'OK' });
}

/** The user may have no name, as in containers. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? '');
  }
}
