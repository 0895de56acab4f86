import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPruner } from '../../src/maintenance/pruner.ts';
import { graphql } from '../graphql.ts';
import { deferred } from '../jobs/extractors.ts';
import { type Service, startService } from '../service.ts';
import { accepted, ended, fixture, refused, storedKeys, submit, tryCreateJob } from './submitting.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ maintenance: false });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

async function createUpload(): Promise<{ id: string; url: string }> {
  return accepted(await graphql(service.url, 'mutation { createUpload(input: {}) { upload { id url } } }')).createUpload
    .upload;
}

async function stored(): Promise<string> {
  const { id, url } = await createUpload();
  await fetch(url, { method: 'PUT', body: new Uint8Array(await fixture('one-page')) });
  return id;
}

/** Makes every upload expire, as if its day had passed. */
async function letUploadsExpire(): Promise<void> {
  await service.platform.database.query(
    `UPDATE sources SET expires_at = now() - interval '2 minutes' WHERE expires_at IS NOT NULL`,
    [],
  );
}

function prune(): Promise<void> {
  return createPruner(service.platform).runOnce();
}

async function statusOf(id: string): Promise<string> {
  return accepted(await graphql(service.url, `query ($id: ID!) { node(id: $id) { ... on Upload { status } } }`, { id }))
    .node.status;
}

describe('an expired upload', () => {
  it('is deleted with its bytes, and reported as EXPIRED', async () => {
    const [unused, waiting] = [await stored(), await createUpload()];
    const keys = await storedKeys(service);
    await prune();
    expect(await storedKeys(service)).toEqual(keys);
    await letUploadsExpire();
    await prune();
    expect(await storedKeys(service)).toHaveLength(keys.length - 1);
    for (const upload of [unused, waiting.id]) {
      expect(await statusOf(upload)).toBe('EXPIRED');
      expect(refused(await tryCreateJob(service, { source: { upload } })).extensions.code).toBe('UPLOAD_EXPIRED');
    }
  });

  it('is reported as EXPIRED for 30 days, then deleted', async () => {
    const upload = await stored();
    await letUploadsExpire();
    await prune();
    await prune();
    expect(await statusOf(upload)).toBe('EXPIRED');
    await letUploadsExpire();
    await prune();
    const query = 'query ($id: ID!) { node(id: $id) { id } }';
    expect(accepted(await graphql(service.url, query, { id: upload })).node).toBeNull();
    expect(refused(await tryCreateJob(service, { source: { upload } })).extensions.code).toBe('NOT_FOUND');
  });

  it('is checked only once while a job uses it', async () => {
    const upload = await stored();
    await submit(service, { source: { upload } });
    await letUploadsExpire();
    await prune();
    const due = 'SELECT id FROM sources WHERE expires_at < now()';
    expect(await service.platform.database.query(due, [])).toEqual([]);
    expect(await statusOf(upload)).toBe('STORED');
  });

  it('stays while a job uses it', async () => {
    const upload = await stored();
    const { id } = await submit(service, { source: { upload } });
    await ended(service, id);
    await letUploadsExpire();
    await prune();
    expect(await statusOf(upload)).toBe('STORED');
    const again = await submit(service, { source: { upload } });
    await ended(service, again.id);
  });

  it('stays forever if it has no expiry time, such as the sample', async () => {
    const upload = await stored();
    await service.platform.database.query('UPDATE sources SET expires_at = NULL', []);
    await prune();
    expect(await statusOf(upload)).toBe('STORED');
  });

  it('is refused with UPLOAD_EXPIRED while its bytes still arrive, and stores nothing', async () => {
    const keys = await storedKeys(service);
    const { url } = await createUpload();
    const expired = deferred<void>();
    const body = new ReadableStream({
      async start(controller) {
        controller.enqueue(new TextEncoder().encode('%PDF-'));
        await expired.promise;
        controller.close();
      },
    });
    const sending = fetch(url, { method: 'PUT', body, duplex: 'half' } as RequestInit);
    await expect.poll(() => readdir(join(service.config.dataDir, 'storage', 'incoming'))).toHaveLength(1);
    await letUploadsExpire();
    await prune();
    expired.resolve();
    const response = await sending;
    expect([response.status, refused((await response.json()) as never).extensions.code]).toEqual([
      410,
      'UPLOAD_EXPIRED',
    ]);
    expect(await storedKeys(service)).toEqual(keys);
  });
});
