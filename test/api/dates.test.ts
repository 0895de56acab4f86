import { afterAll, beforeAll, expect, it } from 'vitest';
import { assemble, stream } from '../../scripts/fixtures/raw-pdf.ts';
import { graphql } from '../graphql.ts';
import { facts } from '../jobs/extractors.ts';
import { type Service, startService } from '../service.ts';
import { insertJob } from './rows.ts';
import { endedJob, readJob, submit } from './submitting.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

/** A document with these dates, in its info dictionary and on a comment. */
function dated(created: string, modified: string): string {
  const file = assemble([
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Annots [5 0 R] /Resources << >> >>',
    stream(''),
    `<< /Type /Annot /Subtype /Text /Rect [100 100 120 120] /Contents (note) /CreationDate (${created}) /M (${modified}) >>`,
    `<< /CreationDate (${created}) /ModDate (${modified}) >>`,
  ]);
  return Buffer.from(Buffer.from(file).toString('latin1').replace('/Root', '/Info 6 0 R /Root'), 'latin1').toString(
    'base64',
  );
}

it.each([
  ["D:99991231235959-12'00'", 'D:00001301', null, null],
  ['D:00990228', 'D:09991231235959Z', '0099-02-28T00:00:00.000Z', '0999-12-31T23:59:59.000Z'],
  ["D:20240229123456+05'30'", 'yesterday', '2024-02-29T07:04:56.000Z', null],
])('reads document dates exactly or as null: %s, %s', async (created, modified, createdAt, modifiedAt) => {
  const { id } = await submit(service, { source: { base64: dated(created, modified) } });
  const dates = 'createdAt modifiedAt';
  const { result } = await endedJob(
    service,
    id,
    `result { metadata { ${dates} } page(number: 1) { annotations { ${dates} } } }`,
  );
  expect(result).toEqual({ metadata: { createdAt, modifiedAt }, page: { annotations: [{ createdAt, modifiedAt }] } });
});

it('returns null for a date beyond year 9999 that an earlier version stored', async () => {
  const metadata = { ...facts.metadata, createdAt: '+010000-01-01T11:59:59.000Z' };
  const document = JSON.parse(JSON.stringify({ ...facts, metadata }));
  const { id } = await insertJob(service, { status: 'COMPLETED', document });
  expect((await readJob(service, id, 'result { metadata { createdAt } }')).result.metadata.createdAt).toBeNull();
});

it.each(['9999-12-31T23:59:59-12:00', '0001-01-01T00:00:00+01:00', '0000-06-01T00:00:00Z'])(
  'refuses an instant that cannot be stored: %s',
  async (instant) => {
    const query = 'query ($at: DateTime!) { jobs(filter: { createdAfter: $at }) { totalCount } }';
    const inVariable = await graphql(service.url, query, { at: instant });
    expect(inVariable.errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
    const inQuery = await graphql(service.url, `{ jobs(filter: { createdAfter: "${instant}" }) { totalCount } }`);
    for (const { errors } of [inVariable, inQuery])
      expect(errors?.[0]?.message).toContain('within the years 1 to 9999');
  },
);
