import { RequestError } from '../../errors.ts';
import { decodeId, type IdType } from '../../ids.ts';
import type { ApiServices } from '../context.ts';

export const resultFormats = ['TEXT', 'MARKDOWN', 'JSON', 'NDJSON', 'ZIP'] as const;
export type ResultFormat = (typeof resultFormats)[number];

/** Media type and extension of each. */
export const files: Record<ResultFormat, { contentType: string; extension: string }> = {
  TEXT: { contentType: 'text/plain; charset=utf-8', extension: 'txt' },
  MARKDOWN: { contentType: 'text/markdown; charset=utf-8', extension: 'md' },
  JSON: { contentType: 'application/json', extension: 'json' },
  NDJSON: { contentType: 'application/x-ndjson', extension: 'ndjson' },
  ZIP: { contentType: 'application/zip', extension: 'zip' },
};

/** A file to download: made while it is read. */
export interface DownloadFile {
  filename: string;
  /** Its size, where that is known before it is made. */
  bytes: number | null;
  content(): AsyncIterable<string | Buffer>;
}

export interface Download {
  url: string;
  expiresAt: Date;
  contentType: string;
  bytes: number | null;
}

const lifetimeMs = 60 * 60 * 1000;
const purpose = 'download';

/** Where to GET a format of a job or a batch: absolute, signed and expiring, so whoever fetches it needs no key. */
export function downloadOf(services: ApiServices, id: string, format: ResultFormat, bytes: number | null): Download {
  // Whole seconds, as in the token.
  const expiresAt = new Date(Math.floor((Date.now() + lifetimeMs) / 1000) * 1000);
  const path = `${id}/${format.toLowerCase()}`;
  const token = services.secrets.sign(purpose, path, expiresAt);
  return {
    url: `${services.publicUrl}/downloads/${path}?token=${token}`,
    expiresAt,
    contentType: files[format].contentType,
    bytes,
  };
}

/** What a URL of `downloadOf` stands for. */
export function readDownloadUrl(
  { secrets }: ApiServices,
  url: URL,
): { type: IdType; uuid: string; format: ResultFormat } {
  const path = url.pathname.slice('/downloads/'.length);
  const [id = '', name = ''] = path.split('/');
  const format = resultFormats.find((each) => each.toLowerCase() === name);
  if (format !== undefined && secrets.verify(purpose, path, url.searchParams.get('token') ?? '')) {
    for (const type of ['job', 'batch'] as const) {
      const uuid = decodeId(type, id);
      if (uuid !== null) return { type, uuid, format };
    }
  }
  throw new RequestError('DOWNLOAD_URL_INVALID');
}
