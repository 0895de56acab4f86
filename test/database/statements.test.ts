import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as jobContent from '../../src/results/job-content.ts';
import * as pageContent from '../../src/results/page-content.ts';
import { measuredRead } from '../../src/results/sql/measured-read.ts';
import { createDatabase } from '../service.ts';
import { contentRows } from './content-rows.ts';
import { type Describer, openDescriber } from './describing.ts';
import { jobRows } from './job-rows.ts';
import { operationRows } from './operation-rows.ts';

/** All statements that return rows. */
const rows = [...jobRows, ...contentRows, ...operationRows];

/** Exported parts of statements. */
const fragments = ['insertPages'];

const src = fileURLToPath(new URL('../../src', import.meta.url));

/** All exported statements of the folders named `sql`, by file and name. */
async function exportedStatements(): Promise<Map<string, string>> {
  const files = readdirSync(src, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.parentPath.endsWith('/sql'))
    .map((entry) => join(entry.parentPath, entry.name));
  const found = new Map<string, string>();
  for (const file of files) {
    const exported: Record<string, unknown> = await import(file);
    for (const [name, value] of Object.entries(exported)) {
      const values = typeof value === 'object' && value !== null ? Object.values(value) : [value];
      for (const each of values) {
        const isStatement = typeof each === 'string' && /^\s*(SELECT|WITH|INSERT|UPDATE|DELETE)\b/.test(each);
        if (isStatement && !fragments.includes(name)) found.set(`${relative(src, file)} ${name}`, each);
      }
    }
  }
  return found;
}

let database: Awaited<ReturnType<typeof createDatabase>>;
let describer: Describer;
beforeAll(async () => {
  database = await createDatabase();
  describer = await openDescriber(database.url);
});
afterAll(async () => {
  await describer[Symbol.asyncDispose]();
  await database.drop();
});

describe('every statement in a folder named sql', () => {
  it('is declared here with its row if it returns rows', async () => {
    const declared = new Set(rows.map(({ statement }) => statement));
    const missing: string[] = [];
    for (const [name, statement] of await exportedStatements()) {
      const columns = await describer.describe(statement);
      if (columns.length > 0 && !declared.has(statement)) missing.push(name);
    }
    expect(missing).toEqual([]);
  });

  it('returns the columns of its row type, with these types', async () => {
    const wrong: string[] = [];
    for (const { statement, columns, filtered } of rows) {
      const described = await describer.describe(statement);
      expect(described.map(({ name }) => name).sort(), statement).toEqual(Object.keys(columns).sort());
      for (const { name, type, nullable } of described) {
        const declared = columns[name] ?? '';
        if (declared === 'field of the model') continue;
        const mayBeNull = nullable && !type.startsWith('json') && !filtered.includes(name);
        const expected = mayBeNull ? `${type}?` : declared.endsWith('?') ? `${type}?` : type;
        if (declared !== expected) wrong.push(`${name} is ${expected}, not ${declared}, in ${statement}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe('every large value of a result', () => {
  const contents = [...Object.values(jobContent), ...Object.values(pageContent)].flatMap((each) =>
    typeof each === 'object' && 'value' in each ? [each] : [],
  );

  it.each(contents.map((content) => [content.name, content] as const))('can be read: %s', async (_name, content) => {
    const described = await describer.describe(measuredRead(content));
    expect(described.map(({ name, type }) => `${name} ${type}`).slice(0, 3)).toEqual([
      'rank int4',
      'bytes float8',
      'fits bool',
    ]);
  });
});
