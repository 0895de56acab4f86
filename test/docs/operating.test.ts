import { readdirSync, readFileSync } from 'node:fs';
import { GraphQLEnumType } from 'graphql';
import { expect, it } from 'vitest';
import { schema } from '../../src/api/schema/schema.ts';
import { codes, readDocument, readTable, root } from './markdown.ts';

const page = readDocument('docs/operating.md');

it('docs/operating.md lists every health check', () => {
  const type = schema.getType('HealthCheckName');
  if (!(type instanceof GraphQLEnumType)) throw new Error('HealthCheckName is not an enum');
  const listed = readTable(page, ['Check', '`DEGRADED` or `DOWN` means']).flatMap(({ Check }) => codes(Check));
  expect(listed.toSorted()).toEqual(
    type
      .getValues()
      .map(({ name }) => name)
      .toSorted(),
  );
});

it('docs/operating.md lists every metric', () => {
  const folder = new URL('src/ops/', root);
  const sources = readdirSync(folder)
    .filter((name) => name.includes('metrics'))
    .map((name) => readFileSync(new URL(name, folder), 'utf8'));
  const metrics = new Set([...sources.join('').matchAll(/'(pagehive_\w+)'/g)].map(([, name]) => name));
  const listed = [
    ['Metric', 'Labels', 'Meaning'],
    ['Metric', 'Labels', 'Processes', 'Meaning'],
  ].flatMap((columns) => readTable(page, columns).flatMap(({ Metric }) => codes(Metric)));
  expect(listed.toSorted()).toEqual([...metrics].toSorted());
});
