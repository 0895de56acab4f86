import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { ExtractorPool } from '../../src/pdf/process/extractor-pool.ts';
import { possibleSandboxes } from '../../src/pdf/process/sandbox.ts';
import { extractAll, requestFor } from './extracting.ts';
import { attack, hostilePool, type Try } from './hostile.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'pagehive-test-'));
const secret = join(dataDir, 'secret.key');
writeFileSync(secret, 'the master key', { mode: 0o600 });
afterAll(() => rmSync(dataDir, { recursive: true }));

/** Runs an extraction with an extractor that misuses its connection. */
async function abuse(pool: ExtractorPool, orders: Record<string, string>) {
  const request = requestFor('one-page', { password: JSON.stringify(orders), attachmentBytes: 1_000 });
  return await extractAll(pool, request).catch((error: unknown) => error);
}

describe('the pool', () => {
  const all = possibleSandboxes('auto');
  const [strongest] = all;

  test.each([
    ['invalid', 'a message that is not one of an extractor'],
    ['garbage', 'a message that is not JSON'],
    ['endless', 'a message without an end'],
    ['longReading', 'a report that is longer than any real one'],
    ['emptyGroups', 'a group without pages'],
    ['pongs', 'responses that were not requested'],
    ['manyPages', 'more pages than the document has'],
  ])('kills an extractor that sends %s: %s', async (name) => {
    await using pool = hostilePool(strongest, dataDir);
    expect(await abuse(pool, { abuse: name })).toMatchObject({ name: 'JobError', code: 'PDF_CRASHES_EXTRACTOR' });
    expect(await attack(pool, [])).toMatchObject({ remembered: null });
  });

  test('takes no file but those that an extractor may write', async () => {
    await using pool = hostilePool(strongest, dataDir);
    const error = await abuse(pool, { abuse: 'otherFile', path: secret });
    expect(error).toMatchObject({ name: 'JobError', code: 'INTERNAL' });
  });

  test.runIf(process.platform !== 'win32')('follows no link that an extractor puts in place of its file', async () => {
    const weakest = all.at(-1) ?? strongest;
    await using pool = hostilePool({ ...weakest, level: 'OFF' }, dataDir);
    const replace: Try[] = [
      ['remove', 'remove', 'SCRATCH/attachments'],
      ['link', 'symlink', [secret, 'SCRATCH/attachments']],
    ];
    expect(await attack(pool, replace)).toMatchObject({ remove: { done: true }, link: { done: true } });
    const error = await abuse(pool, { abuse: 'otherFile', path: 'attachments' });
    expect(error).toMatchObject({ name: 'JobError', code: 'STORAGE_UNAVAILABLE' });
  });
});
