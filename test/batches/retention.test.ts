import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeId } from '../../src/ids.ts';
import { createPruner } from '../../src/maintenance/pruner.ts';
import { accepted, remove } from '../api/submitting.ts';
import { graphql } from '../graphql.ts';
import { type Service, startService } from '../service.ts';
import { finalBatch, submitBatch, submittedBatch } from './batching.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ maintenance: false, config: { privateHostsAllowed: ['127.0.0.1'] } });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const broken = { source: { base64: Buffer.from('no PDF').toString('base64') } };
const webhook = { url: 'http://127.0.0.1:9/', events: ['JOB_FAILED', 'BATCH_FAILED'] };

async function jobIds(batch: string): Promise<string[]> {
  const query = 'query ($id: ID!) { batch(id: $id) { jobs { nodes { id } } } }';
  const { nodes } = accepted(await graphql(service.url, query, { id: batch })).batch.jobs;
  return nodes.map(({ id }: { id: string }) => id);
}

async function exists(batch: string): Promise<boolean> {
  const query = 'query ($id: ID!) { batch(id: $id) { id } }';
  return accepted(await graphql(service.url, query, { id: batch })).batch !== null;
}

/** Simulates the passing of a day. */
async function passDay(): Promise<void> {
  const { database } = service.platform;
  for (const table of ['batches', 'idempotency_keys']) {
    await database.query(`UPDATE ${table} SET expires_at = expires_at - interval '25 hours'`, []);
  }
}

const prune = () => createPruner(service.platform).runOnce();
const rows = (table: string) => service.platform.database.query(`SELECT 1 AS one FROM ${table}`, []);

describe('a batch whose jobs were deleted', () => {
  it('is deleted a day later with its webhook, and its idempotency key another day later', async () => {
    const input = { idempotencyKey: 'key', items: [broken, broken], webhook };
    const { id } = await submittedBatch(service, input);
    await finalBatch(service, id);
    const [first = '', second = ''] = await jobIds(id);
    accepted(await remove(service, first));
    await passDay();
    await prune();
    expect(await exists(id)).toBe(true);

    accepted(await remove(service, second));
    await prune();
    expect(await exists(id)).toBe(true);
    expect(accepted(await submitBatch(service, input)).createBatch).toMatchObject({
      deduplicated: true,
      batch: { id },
    });

    await passDay();
    await prune();
    expect(await exists(id)).toBe(false);
    for (const table of ['batches', 'batch_deltas', 'webhooks', 'jobs', 'sources'])
      expect(await rows(table)).toEqual([]);
    const taken = await submitBatch(service, input);
    expect(taken.errors?.[0]?.extensions.code).toBe('IDEMPOTENCY_CONFLICT');

    await passDay();
    await prune();
    expect(await rows('idempotency_keys')).toEqual([]);
    const again = accepted(await submitBatch(service, input)).createBatch;
    expect(again.deduplicated).toBe(false);
    expect(again.batch.id).not.toBe(id);
  });

  it('is kept while one of its jobs exists', async () => {
    const { id } = await submittedBatch(service, { items: [broken, broken] });
    await finalBatch(service, id);
    const [first = ''] = await jobIds(id);
    accepted(await remove(service, first));
    for (let days = 0; days < 3; days += 1) {
      await passDay();
      await prune();
    }
    expect(await exists(id)).toBe(true);
    const due = 'SELECT id FROM batches WHERE id = $1 AND expires_at IS NOT NULL';
    expect(await service.platform.database.query(due, [decodeId('batch', id)])).toEqual([]);
  });
});
