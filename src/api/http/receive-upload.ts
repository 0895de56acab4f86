import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { databaseTime } from '../../connections/database-time.ts';
import type { Source } from '../../connections/prisma/client.ts';
import { Arrival, reserving } from '../../documents/arrival.ts';
import { isUploadToken } from '../../documents/upload-token.ts';
import { RequestError } from '../../errors.ts';
import { decodeId } from '../../ids.ts';
import { SizeLimitError } from '../../storage/storage.ts';
import { readQuotas } from '../../tenants/tenants.ts';
import { asAddress, asClient, type ClientWork } from '../as-client.ts';
import type { ApiServices } from '../context.ts';
import { onClose } from '../on-close.ts';
import { checkEncoding, mediaType } from './guards.ts';
import { type Pace, pacedBody } from './paced-body.ts';

/** Lifetime of a stored upload that no job uses, in milliseconds. */
const unusedLifetimeMs = 24 * 60 * 60 * 1000;

/** A document that has arrived is recorded even if its client has left. */
const { signal: never } = new AbortController();

/**
 * PUT /uploads/ID?token=…: streams the body to storage and responds 201 once the bytes and the row are durable. An
 * incomplete or slow PUT leaves nothing behind and may be repeated; one PUT of an upload runs at a time.
 */
export async function receiveUpload(
  services: ApiServices,
  request: IncomingMessage,
  response: ServerResponse,
  { url, address, pace }: { url: URL; address: string; pace: Pace },
): Promise<void> {
  const id = url.pathname.slice('/uploads/'.length);
  const uuid = decodeId('upload', id);
  const token = url.searchParams.get('token') ?? '';
  const isValidAt = (time: Date) => isUploadToken(services.secrets, id, token, time);
  // Before any statement: requests with a forged signature cost the database nothing.
  if (uuid === null || !isValidAt(new Date(0))) throw new RequestError('UPLOAD_URL_INVALID');
  const over = new AbortController();
  onClose(response, () => over.abort());
  const client = { client: address, signal: over.signal };
  const now = await asAddress(services, client, () => databaseTime(services.system));
  if (!isValidAt(now)) throw new RequestError('UPLOAD_URL_INVALID');
  // The URL needs no key, so the row states the tenant.
  const find = async () => await services.system.prisma.source.findUnique({ where: { id: uuid } });
  const upload = await asAddress(services, client, find);
  if (upload === null) throw new RequestError('NOT_FOUND', { message: 'There is no such upload.' });
  if (upload.status === 'STORED') throw new RequestError('UPLOAD_ALREADY_STORED');
  if (upload.status === 'EXPIRED') throw new RequestError('UPLOAD_EXPIRED');
  checkWhole(request);
  const announced = request.headers['content-length'];
  const maxBytes = services.limits.documentBytes;
  if (announced !== undefined && Number(announced) > maxBytes) throw tooLarge(maxBytes);
  const work: ClientWork = { ...client, tenantId: upload.tenantId, kind: 'upload' };
  const { bytesStored } = await asClient(services.writes, work, () =>
    readQuotas(services.writes, services.clientLimits, upload.tenantId),
  );
  await using arrival = new Arrival({
    database: services.writes,
    within: (run) => asClient(services.writes, { ...work, signal: never }, run),
    tenantId: upload.tenantId,
    sourceId: uuid,
    quota: bytesStored,
    isAlone: true,
  });
  // A body of unknown size has at least one byte.
  await arrival.reserve(Number(announced ?? 1));
  // An expired reservation may let two PUTs write at a time: each has its own file, and the row decides which counts.
  const storageKey = `sources/${uuid}/${randomUUID()}.pdf`;
  const stored = await services.storage
    .put(storageKey, reserving(pacedBody(request, pace), arrival, maxBytes), { maxBytes })
    .catch((error: unknown) => {
      throw error instanceof SizeLimitError ? tooLarge(maxBytes) : error;
    });
  try {
    checkAnnounced(upload, stored);
    await arrival.confirm(stored.bytes);
    await asClient(services.writes, { ...work, signal: never }, async () => {
      const { count } = await services.writes.prisma.source.updateMany({
        where: { id: uuid, status: 'WAITING' },
        data: {
          status: 'STORED',
          storageKey,
          bytes: stored.bytes,
          sha256: stored.sha256,
          contentType: upload.contentType ?? request.headers['content-type'] ?? null,
          expiresAt: await databaseTime(services.writes, unusedLifetimeMs),
        },
      });
      if (count === 0) throw await overtaken(services, uuid);
    });
  } catch (error) {
    if (error instanceof RequestError) await services.storage.remove(storageKey);
    throw error;
  }
  response.writeHead(201, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ id, bytes: stored.bytes, sha256: stored.sha256 }));
}

/** Returns why an upload no longer accepts bytes: another PUT was faster, or it expired in the meantime. */
async function overtaken({ writes }: ApiServices, id: string): Promise<RequestError> {
  const now = await writes.prisma.source.findUnique({ where: { id }, select: { status: true } });
  return new RequestError(now?.status === 'STORED' ? 'UPLOAD_ALREADY_STORED' : 'UPLOAD_EXPIRED');
}

/** Accepts only the document itself, not a part, a compressed copy or a form that contains it. */
function checkWhole(request: IncomingMessage): void {
  if (request.headers['content-range'] !== undefined) throw new RequestError('UPLOAD_PARTIAL');
  checkEncoding(request);
  if (mediaType(request).startsWith('multipart/'))
    throw new RequestError('UNSUPPORTED_ENCODING', { message: 'The body is a form, not the document itself.' });
}

function tooLarge(maxBytes: number): RequestError {
  return new RequestError('PAYLOAD_TOO_LARGE', { message: `A document must not exceed ${maxBytes} bytes.` });
}

function checkAnnounced(upload: Source, stored: { bytes: number; sha256: string }): void {
  if (upload.expectedBytes !== null && upload.expectedBytes !== BigInt(stored.bytes)) {
    const message = `${stored.bytes} bytes arrived, ${upload.expectedBytes} were announced.`;
    throw new RequestError('UPLOAD_MISMATCH', { message });
  }
  if (upload.expectedSha256 !== null && upload.expectedSha256 !== stored.sha256) {
    const message = `The bytes have the SHA-256 ${stored.sha256}, ${upload.expectedSha256} was announced.`;
    throw new RequestError('UPLOAD_MISMATCH', { message });
  }
}
