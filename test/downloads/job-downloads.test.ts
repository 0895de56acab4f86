import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertJob, insertPages } from '../api/rows.ts';
import { endedJob, inline, remove, submit } from '../api/submitting.ts';
import { type Service, startService } from '../service.ts';
import { downloadOf, fetchFile, records, unzip } from './fetching.ts';

let service: Service;
let id: string;
beforeAll(async () => {
  service = await startService();
  const metadata = { invoice: 7 };
  ({ id } = await submit(service, { source: await inline('outline'), name: 'Käse/“2024”.pdf', metadata }));
  await endedJob(service, id, 'status');
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const box = 'box { x y width height }';
const page = `number label width height rotation text markdown links { text url pageNumber } failure { code message } engine fallback needsOcr ocrReason ocr { outcome languages confidence } language
  hiddenText { reason text } annotations { kind text author createdAt modifiedAt ${box} }
  formFields { name kind value checked options readOnly ${box} } blocks { kind text level rows { text columns rows } confidence ${box} }`;

/** The result by GraphQL, which downloads must match. */
async function resultOf(job: string) {
  const fields = `result { pageCount engine fallback notices attachments { name description contentType bytes pageNumber omitted } metadata { title author subject keywords creator producer createdAt modifiedAt pdfVersion tagged
    encrypted language xmp permissions { print printHighQuality modify copy annotate fillForms assemble } } outline { title depth pageNumber } text markdown pages(first: 50) { nodes { ${page} } } }`;
  const { result } = await endedJob(service, job, fields);
  const { text, markdown, pages, ...facts } = result;
  return { text, markdown, facts: { ...facts, pages: pages.nodes } };
}

async function codeOf(response: Response): Promise<{ status: number; code: string }> {
  const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] };
  return { status: response.status, code: errors[0]?.extensions.code ?? '' };
}

describe('the download of a result', () => {
  it('as TEXT and MARKDOWN equals result.text and result.markdown, with a known size', async () => {
    const { text, markdown } = await resultOf(id);
    for (const [format, expected] of Object.entries({ TEXT: text, MARKDOWN: markdown })) {
      const file = await fetchFile(service, id, format);
      expect(file.toString()).toBe(expected);
      expect((await downloadOf(service, id, format)).bytes).toBe(file.length);
    }
  });

  it('as JSON is one document with metadata, outline and pages', async () => {
    const { facts } = await resultOf(id);
    const { job, ...document } = JSON.parse(String(await fetchFile(service, id, 'JSON')));
    expect(document).toEqual(facts);
    expect(document.outline.length).toBeGreaterThan(0);
    expect(job).toMatchObject({ id, name: 'Käse/“2024”.pdf', metadata: { invoice: 7 }, source: { kind: 'BASE64' } });
  });

  it.each(['form', 'attachment', 'table', 'links', 'restricted'])(
    'as JSON has every field of the schema: %s.pdf',
    async (name) => {
      const job = await submit(service, { source: await inline(name) });
      const { facts } = await resultOf(job.id);
      const { job: _, ...document } = JSON.parse(String(await fetchFile(service, job.id, 'JSON')));
      expect(document).toEqual(facts);
    },
  );

  it('as NDJSON has one page per line', async () => {
    expect(records(await fetchFile(service, id, 'NDJSON'))).toEqual((await resultOf(id)).facts.pages);
  });

  it('as ZIP has the Markdown, the text and the JSON', async () => {
    const { text, facts } = await resultOf(id);
    const files = unzip(await fetchFile(service, id, 'ZIP'));
    expect([...files.keys()]).toEqual(['document.md', 'document.txt', 'document.json']);
    expect(files.get('document.txt')).toBe(text);
    expect(files.get('document.json')).toBe(String(await fetchFile(service, id, 'JSON')));
    const pages = facts.pages.map(({ markdown }: { markdown: string }) => `${markdown.trimEnd()}\n`);
    expect(files.get('document.md')).toBe(pages.join('\n'));
  });

  it('has a file name, a content type and headers that prevent shared caching and sniffing', async () => {
    const types = { TEXT: 'text/plain; charset=utf-8', MARKDOWN: 'text/markdown; charset=utf-8' };
    const formats = { ...types, JSON: 'application/json', NDJSON: 'application/x-ndjson', ZIP: 'application/zip' };
    const extensions = ['txt', 'md', 'json', 'ndjson', 'zip'];
    for (const [index, [format, contentType]] of Object.entries(formats).entries()) {
      const download = await downloadOf(service, id, format);
      expect(download).toMatchObject({ contentType });
      for (const method of ['HEAD', 'GET']) {
        const { status, headers, ...response } = await fetch(download.url, { method });
        expect(status).toBe(200);
        expect(Object.fromEntries(headers)).toMatchObject({
          'content-type': contentType,
          'content-disposition': `attachment; filename="K_se__2024_.${extensions[index]}"; filename*=UTF-8''K%C3%A4se_%E2%80%9C2024%E2%80%9D.${extensions[index]}`,
          'cache-control': 'no-store',
          'x-content-type-options': 'nosniff',
        });
        expect(headers.get('content-length')).toBe(download.bytes === null ? null : String(download.bytes));
        await response.body?.cancel();
      }
    }
  });

  it('is an empty text and a complete archive for a document without text', async () => {
    const row = await insertJob(service, { status: 'COMPLETED' });
    await insertPages(service, row, ['']);
    expect(await fetchFile(service, row.id, 'TEXT')).toHaveLength(0);
    expect(unzip(await fetchFile(service, row.id, 'ZIP')).size).toBe(3);
    expect((await downloadOf(service, row.id, 'TEXT')).bytes).toBe(0);
  });
});

describe('a download URL', () => {
  it('is absolute, and valid for an hour', async () => {
    const { url, expiresAt } = await downloadOf(service, id, 'TEXT');
    expect(url.startsWith(`${service.url}/downloads/${id}/text?token=`)).toBe(true);
    const minutes = (Date.parse(expiresAt) - Date.now()) / 60_000;
    expect(minutes).toBeGreaterThan(58);
    expect(minutes).toBeLessThanOrEqual(60);
  });

  it('that was altered is refused with DOWNLOAD_URL_INVALID', async () => {
    const { url } = await downloadOf(service, id, 'TEXT');
    const other = await insertJob(service, { status: 'COMPLETED' });
    const altered = [
      url.replace('/text?', '/json?'),
      url.replace(id, other.id),
      url.replace(id, 'nonsense'),
      url.replace('/text?', '/?'),
      url.replace('/text?', '/TEXT?'),
      url.slice(0, -1),
      url.replace(/token=\d+/, (token) => `${token}0`),
      url.replace(/\?.*/, ''),
    ];
    for (const each of altered) {
      expect(await codeOf(await fetch(each))).toEqual({ status: 403, code: 'DOWNLOAD_URL_INVALID' });
    }
  });

  it('that has expired is refused with DOWNLOAD_URL_INVALID', async () => {
    const token = service.platform.secrets.sign('download', `${id}/text`, new Date(Date.now() - 1_000));
    expect(await codeOf(await fetch(`${service.url}/downloads/${id}/text?token=${token}`))).toEqual({
      status: 403,
      code: 'DOWNLOAD_URL_INVALID',
    });
  });

  it('of a deleted job is NOT_FOUND', async () => {
    const row = await insertJob(service, { status: 'COMPLETED' });
    const { url } = await downloadOf(service, row.id, 'JSON');
    await remove(service, row.id);
    expect(await codeOf(await fetch(url))).toEqual({ status: 404, code: 'NOT_FOUND' });
  });

  it('returns the whole file with status 200 for a range request', async () => {
    const { url, bytes } = await downloadOf(service, id, 'TEXT');
    const response = await fetch(url, { headers: { range: 'bytes=2-5' } });
    expect([response.status, response.headers.get('content-range')]).toEqual([200, null]);
    expect((await response.arrayBuffer()).byteLength).toBe(bytes);
  });

  it('accepts only GET and HEAD', async () => {
    const { url } = await downloadOf(service, id, 'TEXT');
    expect((await fetch(url, { method: 'POST', body: '' })).status).toBe(405);
  });
});
