import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { expect, vi } from 'vitest';
import { defaultTenantId } from '../../src/api/context.ts';
import { encodeId } from '../../src/ids.ts';
import { accepted } from '../api/submitting.ts';
import { graphql } from '../graphql.ts';
import type { Service } from '../service.ts';

export const KiB = 1024;

/** Sets the quota of stored bytes of the tenant `default`. */
export async function limitBytes(service: Service, bytes: number | null): Promise<void> {
  const query =
    'mutation ($id: ID!, $input: UpdateTenantInput!) { updateTenant(id: $id, input: $input) { tenant { id } } }';
  const input = { limits: { bytesStored: bytes } };
  accepted(await graphql(service.url, query, { id: encodeId('tenant', defaultTenantId), input }));
}

export async function bytesStored(service: Service): Promise<number> {
  return Number(accepted(await graphql(service.url, '{ viewer { usage { bytesStored } } }')).viewer.usage.bytesStored);
}

/** Creates an upload and returns its URL. */
export async function createUpload(service: Service): Promise<string> {
  const query = 'mutation { createUpload(input: {}) { upload { url } } }';
  return accepted(await graphql(service.url, query)).createUpload.upload.url;
}

/** Begins a PUT with its first bytes. It ends with `end`. */
export function beginPut(url: string, headers: Record<string, number> = {}): ClientRequest {
  const put = request(url, { method: 'PUT', headers });
  put.write(Buffer.alloc(KiB));
  return put;
}

/** The status of a PUT, the code of its error, and the used bytes that the error reports. */
export async function outcomeOf(
  put: ClientRequest,
): Promise<[status: number | undefined, code: unknown, used: unknown]> {
  const [response]: IncomingMessage[] = await once(put, 'response');
  if (response === undefined) throw new Error('there is no response');
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  // A refused PUT is not sent to its end.
  if (!put.writableEnded) put.destroy();
  const answer = JSON.parse(Buffer.concat(chunks).toString());
  const [{ extensions } = { extensions: {} }] = answer.errors ?? [];
  return [response.statusCode, extensions.code, extensions.used];
}

/** Waits until uploads and downloads have reserved this many bytes. */
export async function reserved(service: Service, bytes: number): Promise<void> {
  await vi.waitFor(async () => {
    const { _sum } = await service.platform.database.prisma.arrival.aggregate({ _sum: { bytes: true } });
    expect(Number(_sum.bytes)).toBe(bytes);
  });
}
