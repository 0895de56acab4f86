import { inflateRawSync } from 'node:zlib';
import { accepted } from '../api/submitting.ts';
import { graphql } from '../graphql.ts';
import type { Service } from '../service.ts';

export interface Download {
  url: string;
  expiresAt: string;
  contentType: string;
  bytes: number | null;
}

const fields = 'download(format: $format) { url expiresAt contentType bytes }';

/** Queries `download` of a job or a batch. */
export async function downloadOf(service: Service, id: string, format: string): Promise<Download> {
  const query = `query ($id: ID!, $format: ResultFormat!) {
    node(id: $id) { ... on Job { result { ${fields} } } ... on Batch { ${fields} } }
  }`;
  const { node } = accepted(await graphql(service.url, query, { id, format }));
  return node.result?.download ?? node.download;
}

/** Fetches a download, which must succeed. */
export async function fetchFile(service: Service, id: string, format: string): Promise<Buffer> {
  const response = await fetch((await downloadOf(service, id, format)).url);
  if (response.status !== 200) throw new Error(`HTTP ${response.status}: ${await response.text()}`);
  return Buffer.from(await response.arrayBuffer());
}

export function records(ndjson: Buffer | string | undefined) {
  const lines = String(ndjson).split('\n');
  if (lines.pop() !== '') throw new Error('the last line does not end');
  return lines.map((line) => JSON.parse(line));
}

/** Returns the files of a ZIP archive by name, from its central directory. */
export function unzip(archive: Buffer, encoding: BufferEncoding = 'utf8'): Map<string, string> {
  const end = archive.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  const count = archive.readUInt16LE(end + 10);
  const found = new Map<string, string>();
  let at = archive.readUInt32LE(end + 16);
  for (let index = 0; index < count; index++) {
    const compressed = archive.readUInt32LE(at + 20);
    const [nameBytes = 0, extraBytes = 0, commentBytes = 0] = [28, 30, 32].map((offset) =>
      archive.readUInt16LE(at + offset),
    );
    const name = archive.toString('utf8', at + 46, at + 46 + nameBytes);
    const local = archive.readUInt32LE(at + 42);
    const begin = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
    const bytes = archive.subarray(begin, begin + compressed);
    const isPacked = archive.readUInt16LE(at + 10) !== 0;
    found.set(name, (isPacked ? inflateRawSync(bytes) : bytes).toString(encoding));
    at += 46 + nameBytes + extraBytes + commentBytes;
  }
  return found;
}
