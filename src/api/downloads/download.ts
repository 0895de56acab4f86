import { RequestError } from '../../errors.ts';
import type { ApiServices } from '../context.ts';

export const resultFormats = ['TEXT', 'MARKDOWN', 'JSON', 'NDJSON', 'ZIP'] as const;
export type ResultFormat = (typeof resultFormats)[number];

/** Media type and extension of each format. */
export const files: Record<ResultFormat, { contentType: string; extension: string }> = {
  TEXT: { contentType: 'text/plain; charset=utf-8', extension: 'txt' },
  MARKDOWN: { contentType: 'text/markdown; charset=utf-8', extension: 'md' },
  JSON: { contentType: 'application/json', extension: 'json' },
  NDJSON: { contentType: 'application/x-ndjson', extension: 'ndjson' },
  ZIP: { contentType: 'application/zip', extension: 'zip' },
};

/** A file to download. */
export interface DownloadFile {
  filename: string;
  contentType: string;
  /** Its size, if it is known in advance. */
  bytes: number | null;
  /** Whether browsers display it, on any site, and cache it. Other files are saved. */
  isShown?: boolean;
  /** Opens it, or generates it while it is read. */
  content(): AsyncIterable<string | Uint8Array> | Promise<AsyncIterable<string | Uint8Array>>;
}

export interface Download {
  url: string;
  expiresAt: Date;
  contentType: string;
  bytes: number | null;
}

const lifetimeMs = 60 * 60 * 1000;
const purpose = 'download';

/** The URL of a format of a job or batch: absolute, signed and expiring, so that no key is needed. */
export function downloadOf(services: ApiServices, id: string, format: ResultFormat, bytes: number | null): Download {
  return signDownload(services, `${id}/${format.toLowerCase()}`, { contentType: files[format].contentType, bytes });
}

/** The URL of a file by its path under `/downloads/`. */
export function signDownload(
  services: ApiServices,
  path: string,
  file: Pick<Download, 'contentType' | 'bytes'>,
): Download {
  // Whole seconds, as in the token.
  const expiresAt = new Date(Math.floor((Date.now() + lifetimeMs) / 1000) * 1000);
  return { url: signedUrl(services, path, expiresAt), expiresAt, ...file };
}

/** How long the URL of a file that is displayed repeatedly stays the same, in milliseconds. */
const sameUrlMs = lifetimeMs / 2;

/**
 * Returns the URL of a file that is displayed repeatedly. It changes every half hour, and is valid for an hour at most.
 */
export function signShownFile(services: ApiServices, path: string): string {
  return signedUrl(services, path, new Date((Math.floor(Date.now() / sameUrlMs) + 2) * sameUrlMs));
}

function signedUrl({ secrets, publicUrl }: ApiServices, path: string, expiresAt: Date): string {
  return `${publicUrl}/downloads/${path}?token=${secrets.sign(purpose, path, expiresAt)}`;
}

/** The path of a signed URL. */
export function readDownloadUrl({ secrets }: ApiServices, url: URL): string {
  const path = url.pathname.slice('/downloads/'.length);
  if (secrets.verify(purpose, path, url.searchParams.get('token') ?? '')) return path;
  throw new RequestError('DOWNLOAD_URL_INVALID');
}
