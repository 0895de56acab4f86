import { readFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase } from '../service.ts';

/**
 * Prisma's own comparison needs an engine that many machines cannot download. This one compares what can drift: tables,
 * columns, their types and nullability, and the values of enums.
 */
const schema = readFileSync(new URL('../../prisma/schema.prisma', import.meta.url), 'utf8');

const scalarTypes: Record<string, string> = {
  String: 'text',
  Int: 'integer',
  BigInt: 'bigint',
  Float: 'double precision',
  Boolean: 'boolean',
  DateTime: 'timestamp(3) without time zone',
  Json: 'jsonb',
  Bytes: 'bytea',
};

const nativeTypes: Record<string, string> = {
  Uuid: 'uuid',
  Json: 'json',
  SmallInt: 'smallint',
  Real: 'real',
  Date: 'date',
  'Timestamptz(3)': 'timestamp(3) with time zone',
};

function blocks(kind: string): Map<string, string[]> {
  const found = [...schema.matchAll(new RegExp(`^${kind} (\\w+) \\{\\n([\\s\\S]*?)^\\}`, 'gm'))];
  return new Map(
    found.map(([, name = '', body = '']) => [
      name,
      body
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '' && !line.startsWith('//')),
    ]),
  );
}

const models = blocks('model');
const enums = blocks('enum');

function declaredColumns(): string[] {
  return [...models].flatMap(([model, lines]) => {
    const table = lines.map((line) => /^@@map\("(\w+)"\)/.exec(line)?.[1]).find(Boolean) ?? model;
    return lines.flatMap((line) => {
      const field = /^(\w+)\s+(Unsupported\("([^"]+)"\)|\w+)(\?|\[\])?/.exec(line);
      if (field === null || models.has(field[2] ?? '')) return [];
      const column = /@map\("(\w+)"\)/.exec(line)?.[1] ?? field[1];
      const native = /@db\.(\w+(?:\(\d+\))?)/.exec(line)?.[1];
      const declared = field[3] ?? (native === undefined ? scalarTypes[field[2] ?? ''] : nativeTypes[native]);
      const type = declared ?? `"${field[2]}"`;
      return [`${table}.${column} ${type}${field[4] === '[]' ? '[]' : ''}${field[4] === '?' ? '' : ' not null'}`];
    });
  });
}

let database: Awaited<ReturnType<typeof createDatabase>>;
let client: pg.Client;
beforeAll(async () => {
  database = await createDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

describe('the migrations', () => {
  it('create exactly the tables and columns that schema.prisma declares', async () => {
    const { rows } = await client.query<{ line: string }>(`
      SELECT c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END AS line
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
       WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
         AND c.relname <> '_prisma_migrations'`);
    expect(rows.map(({ line }) => line).sort()).toEqual(declaredColumns().sort());
  });

  it('create the enums that schema.prisma declares, with their values in order', async () => {
    const { rows } = await client.query<{ name: string; value: string }>(`
      SELECT t.typname AS name, e.enumlabel AS value FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid ORDER BY t.typname, e.enumsortorder`);
    const names = [...new Set(rows.map(({ name }) => name))];
    const values = Object.fromEntries(
      names.map((name) => [name, rows.filter((row) => row.name === name).map((row) => row.value)]),
    );
    expect(values).toEqual(Object.fromEntries(enums));
  });
});
