import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schema } from '../../src/api/schema/schema.ts';
import { graphql } from '../graphql.ts';
import { type Service, startService } from '../service.ts';
import { type Filled, fillLists } from './full-lists.ts';
import { connectionsOf, nameOf, type Path, pathsOf, queryOf } from './paths.ts';
import { watchTraffic } from './traffic.ts';

const [small, large] = [2, 20];

let service: Service;
let filled: Filled;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
  filled = await fillLists(service, large + 2);
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

/** Ids are unknown until the lists are filled, so `<job>` is a placeholder for a job's id. */
function argumentOf(argument: string, field: string, type: string): string | undefined {
  if (argument === 'id') return `"<${field}>"`;
  if (argument === 'format') return type === 'Batch' ? 'ZIP' : 'TEXT';
  return { number: '1', query: '"bee"' }[argument];
}

const paths = pathsOf(schema, argumentOf);

function prepare(query: string): string {
  return query.replace(/<(\w+)>/g, (_, what: string) => filled.ids[what] ?? `no id of ${what}`);
}

/** The process reads the keys in use every two seconds, with its own SQL: Prisma would quote the table name. */
const ofKeyRing = / api_keys\b/;
/** What surrounds each statement of a client, and the settings of a new connection. */
const ofTransaction = /^(BEGIN|COMMIT$)|pg_backend_pid\(\) = \$3/;

/** Counts the statements of a query. Background statements may add to the count: repeat it when in doubt. */
async function count(query: string): Promise<{ statements: number; data: unknown }> {
  let data: unknown;
  const { statements } = await watchTraffic(async () => {
    const answer = await graphql(service.url, query, {}, { authorization: `Bearer ${filled.secret}` });
    expect(answer.errors, query).toBeUndefined();
    data = answer.data;
  });
  return { statements: statements.filter((text) => !ofKeyRing.test(text) && !ofTransaction.test(text)).length, data };
}

/** Returns null if both queries take the same number of statements within a few tries, otherwise the two numbers. */
async function compare(few: string, many: string): Promise<[number, number] | null> {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let tries = 0; tries < 3; tries += 1) {
    least = Math.min(least, (await count(few)).statements);
    most = Math.min(most, (await count(many)).statements);
    if (least === most) return null;
  }
  return [least, most];
}

/** The lengths of the connections that are nested `depth` connections below the root. */
function lengths(value: unknown, depth: number): number[] {
  if (Array.isArray(value)) return value.flatMap((each) => lengths(each, depth));
  if (typeof value !== 'object' || value === null) return [];
  const nodes: unknown = Reflect.get(value, 'nodes');
  if (Array.isArray(nodes)) return depth === 0 ? [nodes.length] : lengths(nodes, depth - 1);
  return Object.values(value).flatMap((each) => lengths(each, depth));
}

async function check(path: Path): Promise<string[]> {
  const few = await count(prepare(queryOf(path, () => small)));
  const problems: string[] = [];
  for (const [index, name] of connectionsOf(path).entries()) {
    const query = prepare(queryOf(path, (connection) => (connection === index ? large : small)));
    const many = await count(query);
    if (Math.max(...lengths(many.data, index)) !== large) problems.push(`${nameOf(path)}: fill ${name}`);
    if (many.statements === few.statements) continue;
    const counts = await compare(prepare(queryOf(path, () => small)), query);
    if (counts !== null) problems.push(`${nameOf(path)}: ${counts.join(' or ')} statements for more ${name}`);
  }
  return problems;
}

describe('the number of statements', () => {
  it('is checked on many paths through the schema', () => {
    expect(paths.length).toBeGreaterThan(50);
  });

  const roots = [...new Set(paths.map(({ steps: [first] }) => first?.name ?? ''))];
  it.each(roots)('of a list does not depend on its page size: %s', async (root) => {
    const problems: string[] = [];
    for (const path of paths.filter(({ steps: [first] }) => first?.name === root)) {
      problems.push(...(await check(path)));
    }
    expect(problems).toEqual([]);
  });
});
