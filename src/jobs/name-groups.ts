import { createHash } from 'node:crypto';

/** Maximum groups of a name, spread over the whole name. */
const choice = 12;

/**
 * Returns the query for a group of up to three characters in the index of a tenant's names (`pagehive_gram` of the
 * migrations).
 */
function groupQuery(tenantId: string, characters: string[]): string {
  const tenant = createHash('md5').update(tenantId.toLowerCase()).digest('hex').slice(0, 8);
  const lexeme = `${tenant}${characters.join('')}`.replaceAll('\\', '\\\\').replaceAll("'", "''");
  return `'${lexeme}'${characters.length < 3 ? ':*' : ''}`;
}

/** Returns queries for groups of three successive characters of a folded name. */
export function groupsOf(tenantId: string, folded: string): string[] {
  const characters = [...folded];
  const step = Math.max(1, Math.ceil((characters.length - 2) / choice));
  const groups = new Set<string>();
  for (let at = 0; at === 0 || at + 3 <= characters.length; at += step) {
    groups.add(groupQuery(tenantId, characters.slice(at, at + 3)));
  }
  return [...groups];
}
