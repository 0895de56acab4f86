import { databaseTime } from '../../../connections/database-time.ts';
import { safeFilename } from '../../../connections/filename.ts';
import type { Source } from '../../../connections/prisma/client.ts';
import { signUpload } from '../../../documents/upload-token.ts';
import { RequestError } from '../../../errors.ts';
import { encodeId, newUuid } from '../../../ids.ts';
import { checkQuotas } from '../../../tenants/usage.ts';
import type { ApiContext, ApiServices } from '../../context.ts';
import type { CreateUploadInput } from '../../inputs/inputs.ts';

/** Lifetime of an upload's URL, in milliseconds. */
const urlLifetimeMs = 60 * 60 * 1000;

/** Announces an upload: creates a row that waits for its PUT. */
export async function createUpload(context: ApiContext, input: CreateUploadInput): Promise<Source> {
  if (input.bytes != null && input.bytes > context.limits.documentBytes) {
    const message = `must not exceed ${context.limits.documentBytes}`;
    throw new RequestError('BAD_USER_INPUT', { issues: [{ path: ['input', 'bytes'], code: 'TOO_LARGE', message }] });
  }
  const { writes, tenantId, allowance } = context;
  const { quotas } = allowance;
  await checkQuotas(writes, { tenantId, quotas }, { jobs: 0, bytes: Math.max(1, Number(input.bytes ?? 0)) });
  return await writes.prisma.source.create({
    data: {
      id: newUuid(),
      tenantId,
      kind: 'UPLOAD',
      status: 'WAITING',
      filename: safeFilename(input.filename ?? ''),
      contentType: input.contentType ?? null,
      expectedBytes: input.bytes ?? null,
      expectedSha256: input.sha256 ?? null,
      expiresAt: await databaseTime(context.database, urlLifetimeMs),
    },
  });
}

/** The URL to PUT to: absolute, signed and expiring, so that the sender needs no key. */
export function uploadUrl(services: ApiServices, upload: Pick<Source, 'id' | 'expiresAt'>): string {
  const id = encodeId('upload', upload.id);
  const token = signUpload(services.secrets, id, upload.expiresAt ?? new Date());
  return `${services.publicUrl}/uploads/${id}?token=${token}`;
}
