import { afterAll, beforeAll, expect, it } from 'vitest';
import { defaultTenantId } from '../../src/api/context.ts';
import { quarantineDocument } from '../../src/documents/quarantine.ts';
import { encodeId, newUuid } from '../../src/ids.ts';
import { accepted, refused } from '../api/submitting.ts';
import { graphql } from '../graphql.ts';
import { type Service, startService } from '../service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const hash = (n: number) => n.toString(16).padStart(64, '0');
const lift = (args: string) => graphql(service.url, `mutation { liftQuarantine(${args}) { lifted } }`);

async function list(args = ''): Promise<{ nodes: { sha256: string }[]; pageInfo: Record<string, unknown> }> {
  const fields =
    'nodes { sha256 tenantId engine jobId detail createdAt } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';
  return accepted(await graphql(service.url, `{ quarantine${args} { ${fields} } }`)).quarantine;
}

it('lists documents that crashed an engine, newest first, and lets engines read them again', async () => {
  const jobId = newUuid();
  for (let n = 0; n < 5; n += 1) {
    for (const engineKey of ['PDFIUM 1.0.0/1', 'PDFJS 5.0.0/1']) {
      const job = { id: jobId, tenantId: defaultTenantId };
      await quarantineDocument(service.platform.jobs, job, { sha256: hash(n), engineKey, detail: 'SIGSEGV' });
    }
  }
  const all = await list();
  expect(all.nodes).toHaveLength(10);
  expect(all.nodes[0]).toEqual({
    sha256: hash(4),
    tenantId: encodeId('tenant', defaultTenantId),
    engine: expect.stringMatching(/^PDF/),
    jobId: encodeId('job', jobId),
    detail: 'SIGSEGV',
    createdAt: expect.any(String),
  });
  const first = await list('(first: 4)');
  const second = await list(`(first: 4, after: "${first.pageInfo.endCursor}")`);
  const third = await list(`(first: 4, after: "${second.pageInfo.endCursor}")`);
  expect([...first.nodes, ...second.nodes, ...third.nodes]).toEqual(all.nodes);
  expect(third.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
  const back = await list(`(last: 4, before: "${second.pageInfo.startCursor}")`);
  expect(back.nodes).toEqual(first.nodes);
  expect(refused(await graphql(service.url, '{ quarantine(after: "x") { nodes { sha256 } } }')).extensions?.code).toBe(
    'BAD_USER_INPUT',
  );

  expect(accepted(await lift(`sha256: "${hash(3).toUpperCase()}"`))).toEqual({ liftQuarantine: { lifted: 2 } });
  expect((await list()).nodes.map(({ sha256 }) => sha256)).not.toContain(hash(3));
  const entries = `{ auditLog(filter: { target: "${hash(3)}" }) { nodes { action outcome } } }`;
  expect(accepted(await graphql(service.url, entries)).auditLog.nodes).toEqual([
    { action: 'liftQuarantine', outcome: 'OK' },
  ]);
  for (const args of [
    `sha256: "${hash(3)}"`,
    'sha256: "nonsense"',
    `sha256: "${hash(4)}", tenant: "${encodeId('tenant', newUuid())}"`,
    `sha256: "${hash(4)}", tenant: "nonsense"`,
  ]) {
    expect(refused(await lift(args)).extensions?.code, args).toBe('NOT_FOUND');
  }
  expect((await list()).nodes).toHaveLength(8);
});
