import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { post } from './load.ts';

/** Uploads a file and returns the id of the upload. */
export async function upload(api: string, path: string): Promise<string> {
  const { data } = await post(`${api}/graphql`, 'mutation { createUpload(input: {}) { upload { id url } } }', {});
  const created = data.createUpload as { upload: { id: string; url: string } };
  const response = await fetch(created.upload.url, { method: 'PUT', body: await readFile(path) });
  if (!response.ok) throw new Error(await response.text());
  return created.upload.id;
}

/** Uploads the one-page fixture and returns the id of the upload. */
export function uploadFixture(api: string): Promise<string> {
  return upload(api, fileURLToPath(new URL('../../test/fixtures/one-page.pdf', import.meta.url)));
}
