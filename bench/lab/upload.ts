import { readFile } from 'node:fs/promises';
import { post } from './load.ts';

/** Uploads the one-page fixture; answers its id. */
export async function uploadFixture(api: string): Promise<string> {
  const { data } = await post(`${api}/graphql`, 'mutation { createUpload(input: {}) { upload { id url } } }', {});
  const { upload } = data.createUpload as { upload: { id: string; url: string } };
  const body = await readFile(new URL('../../test/fixtures/one-page.pdf', import.meta.url));
  const response = await fetch(upload.url, { method: 'PUT', body });
  if (!response.ok) throw new Error(await response.text());
  return upload.id;
}
