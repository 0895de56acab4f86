import type pg from 'pg';
import { apiFunctions, apiGrants, apiSequences, apiUpdates, withheld } from './api-grants.ts';
import { findExcesses, findLacks } from './sql/api-role.ts';

/** Runs a statement and returns its rows. */
export type Run = <Row extends pg.QueryResultRow>(
  text: string,
  values: readonly (string | string[] | null)[],
) => Promise<Row[]>;

/** A privilege that the API's role needs: on a table or one of its columns, a sequence or a function. */
interface Privilege {
  object: string;
  /** Empty for all columns. */
  column: string;
  name: string;
}

const needed: readonly Privilege[] = [
  ...Object.entries(apiGrants).flatMap(([object, names]) => names.map((name) => ({ object, column: '', name }))),
  ...Object.entries(apiUpdates).flatMap(([object, columns]) =>
    columns.map((column) => ({ object, column, name: 'UPDATE' })),
  ),
  ...apiSequences.map((object) => ({ object, column: '', name: 'USAGE' })),
  ...apiFunctions.map((object) => ({ object, column: '', name: 'EXECUTE' })),
];
const neededValues = [
  needed.map(({ object }) => object),
  needed.map(({ column }) => column),
  needed.map(({ name }) => name),
];
const tables = Object.keys(apiGrants);

/** Something by which the API's role may do more than requests need. */
export type Excess = {
  /** What is wrong, as the beginning of a sentence. */
  problem: string;
  /** The statement that corrects it; null for a role that must not be changed, because it has other duties. */
  repair: string | null;
};

/** Returns by what a role may do more than requests need. */
export async function excessesOf(run: Run, role: string | null): Promise<Excess[]> {
  const relations = [...tables, ...apiSequences, ...withheld];
  return await run<Excess>(findExcesses, [role, ...neededValues, relations, tables]);
}

/** A role, and what it lacks of what it needs. */
export type Found = {
  name: string;
  database: string;
  lacksLogin: boolean;
  lacksConnect: boolean;
  lacks: string[];
};

/** Returns what a role lacks; null if it does not exist. */
export async function lacksOf(run: Run, role: string | null): Promise<Found | null> {
  const [found] = await run<Found>(findLacks, [role, ...neededValues]);
  return found ?? null;
}

/** The fix for a role that must not be changed. */
export const useAnother = 'name another role, which `pagehive migrate` creates';

/** Returns why the session's role cannot be the API's, with the fix; null if it can. */
export async function findRoleProblem(run: Run): Promise<string | null> {
  const found = await lacksOf(run, null);
  if (found === null) throw new Error('the role of the session does not exist');
  if (found.lacks.length > 0)
    return `the role ${found.name} lacks privileges (${found.lacks[0]}, …): run \`pagehive migrate\` first`;
  const [excess] = await excessesOf(run, null);
  if (excess !== undefined)
    return `${excess.problem}: ${excess.repair === null ? useAnother : 'run `pagehive migrate` first'}`;
  return null;
}
