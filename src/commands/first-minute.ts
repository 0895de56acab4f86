import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defaultTenantId } from '../api/context.ts';
import type { Config } from '../config/config.ts';
import { encodeId } from '../ids.ts';
import { openPlatform, type Platform } from '../platform.ts';

/** A fixed id, because the README contains it. */
const sampleUuid = '00000000-0000-7000-8000-000000000002';
const samplePath = fileURLToPath(new URL('../../samples/pagehive-sample.pdf', import.meta.url));

export const sampleUploadId = encodeId('upload', sampleUuid);

/** The page whose text the example displays at the end. */
const shownPage = 9;

/**
 * Two operations for two GraphiQL windows: the first watches the job that the second creates. The README contains the
 * same text.
 */
export const watchOperation = `subscription Watch {
  jobUpdates {
    name status stage progressPercentage pagesDone pagesTotal
    failure { code message advice }
    job { result { pageCount page(number: ${shownPage}) { text } } }
  }
}`;

export const createOperation = `mutation Create {
  createJob(input: { source: { upload: "${sampleUploadId}" }, name: "my first job" }) {
    job { id status }
  }
}`;

/** Stores the sample as an upload that does not expire, and returns instructions for using it. */
export async function prepareFirstMinute(config: Config): Promise<string> {
  await using platform = await openPlatform({ ...config, logLevel: 'silent' }, 'start');
  await storeSample(platform);
  return `Try it: open GraphiQL in two windows side by side. Paste this into the first and run it (Ctrl-Enter):

${watchOperation}

Then this into the second, and watch the first:

${createOperation}

Press Ctrl-C to stop everything.
`;
}

/** Stores the sample as an upload, unless it is already stored. */
export async function storeSample({ database, storage }: Pick<Platform, 'database' | 'storage'>): Promise<void> {
  const { prisma } = database;
  const sha256 = await hashOf(samplePath);
  const storageKey = `sources/${sampleUuid}/${sha256.slice(0, 16)}.pdf`;
  const sample = await prisma.source.findUnique({ where: { id: sampleUuid } });
  if (sample?.sha256 === sha256 && (await storage.stat(storageKey)) !== null) return;
  const stored = await storage.put(storageKey, createReadStream(samplePath), { maxBytes: Number.MAX_SAFE_INTEGER });
  const row = { status: 'STORED', storageKey, bytes: stored.bytes, sha256: stored.sha256, expiresAt: null } as const;
  await prisma.source.upsert({
    where: { id: sampleUuid },
    create: {
      id: sampleUuid,
      tenantId: defaultTenantId,
      kind: 'UPLOAD',
      filename: 'pagehive-sample.pdf',
      contentType: 'application/pdf',
      ...row,
    },
    update: row,
  });
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}
