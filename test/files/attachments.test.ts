import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Pdf, render } from '../../scripts/fixtures/render.ts';
import { defaultLimits } from '../../src/config/config.ts';
import { createJanitor } from '../../src/maintenance/janitor.ts';
import { endedJob, inline, readJob, remove, storedKeys, submit } from '../api/submitting.ts';
import { unzip } from '../downloads/fetching.ts';
import { deferred, facts, group, opened } from '../jobs/extractors.ts';
import { type Service, startService } from '../service.ts';
import { age } from './aging.ts';

const limit = 64 * 1024;

let service: Service;
beforeAll(async () => {
  service = await startService({
    config: { limits: { ...defaultLimits, attachmentBytes: limit } },
    maintenance: false,
  });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

interface Attachment {
  name: string;
  description: string | null;
  contentType: string;
  bytes: number | null;
  pageNumber: number | null;
  omitted: string | null;
  download: { url: string; bytes: number; contentType: string } | null;
}

const fields = `status result { attachments { name description contentType bytes pageNumber omitted download { url bytes contentType } } }`;

/** Runs a job on a document and returns its attachments. */
async function attachmentsOf(source: { base64: string }): Promise<{ id: string; attachments: Attachment[] }> {
  const { id } = await submit(service, { source });
  const { status, result } = await endedJob(service, id, fields);
  expect(status).toBe('COMPLETED');
  return { id, attachments: result.attachments };
}

async function carrying(draw: (doc: Pdf) => void): Promise<{ base64: string }> {
  const bytes = await render((doc) => {
    doc.text('This document carries files.');
    draw(doc);
  });
  return { base64: Buffer.from(bytes).toString('base64') };
}

async function fetchBytes(attachment: Attachment | undefined): Promise<string> {
  const response = await fetch(attachment?.download?.url ?? '');
  expect(response.status).toBe(200);
  return await response.text();
}

/** The keys of result files in storage. */
async function resultKeys(): Promise<string[]> {
  return (await storedKeys(service)).filter((key) => key.startsWith('results/'));
}

function janitor(): Promise<void> {
  return createJanitor(service.platform).runOnce();
}

describe('the attachments of a document', () => {
  it('are downloaded unchanged', async () => {
    const { attachments } = await attachmentsOf(await inline('attachment'));
    const [counts, notes] = [...attachments].sort((a, b) => (a.name < b.name ? -1 : 1));
    expect(counts).toMatchObject({
      name: 'counts.csv',
      bytes: 21,
      contentType: 'text/csv; charset=utf-8',
      omitted: null,
    });
    expect(notes).toMatchObject({ name: 'notes.txt', bytes: 26, description: 'Notes of the day', pageNumber: null });
    expect(await fetchBytes(counts)).toBe('hive,frames\n1,8\n2,10\n');
    expect(await fetchBytes(notes)).toBe('The bees were calm today.\n');
  });

  it.each(['AUTO', 'PDFJS'])('include files pinned to a page, with engine %s', async (engine) => {
    const source = await carrying((doc) => {
      doc.addPage();
      doc.fileAnnotation(100, 100, 20, 20, { src: Buffer.from('pinned'), name: 'pin.txt' });
      doc.file(Buffer.from('mine'), { name: 'own.bin' });
    });
    const { id } = await submit(service, { source, options: { engine } });
    const { attachments } = (await endedJob(service, id, fields)).result;
    expect(attachments).toMatchObject([
      { name: 'own.bin', pageNumber: null, contentType: 'application/octet-stream' },
      { name: 'pin.txt', pageNumber: 2, bytes: 6 },
    ]);
    expect(await fetchBytes(attachments[1])).toBe('pinned');
  });

  it('are never served as web pages, and have safe names', async () => {
    const names = [
      '../../etc/evil.html',
      'C:\\boot\\a.svg',
      'invoice\u202Efdp.exe',
      '..',
      'naïve "x".xml',
      'a.constructor',
    ];
    const { attachments } = await attachmentsOf(
      await carrying((doc) => {
        for (const [index, name] of names.entries()) doc.file(Buffer.from(`<script>${index}</script>`), { name });
      }),
    );
    expect(attachments.map(({ name }) => name).sort()).toEqual(
      ['evil.html', 'a.svg', 'invoicefdp.exe', 'unnamed', 'naïve _x_.xml', 'a.constructor'].sort(),
    );
    for (const { name, download } of attachments) {
      const { headers, body } = await fetch(download?.url ?? '');
      await body?.cancel();
      expect(headers.get('content-type')).toBe(name.endsWith('.xml') ? 'application/xml' : 'application/octet-stream');
      expect(headers.get('content-disposition')).toMatch(
        /^attachment; filename="[^"/\\]+"; filename\*=UTF-8''[^/\\]+$/,
      );
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain('sandbox');
    }
  });

  it('are stored up to the size limit, and only listed beyond it', async () => {
    const { attachments } = await attachmentsOf(
      await carrying((doc) => {
        doc.file(Buffer.alloc(limit - 10), { name: 'a.bin' });
        doc.file(Buffer.alloc(11), { name: 'b.bin' });
        doc.file(Buffer.alloc(10), { name: 'c.bin' });
        doc.file(Buffer.alloc(0), { name: 'd.bin' });
      }),
    );
    expect(attachments.map(({ name, bytes, omitted, download }) => [name, bytes, omitted, download?.bytes])).toEqual([
      ['a.bin', limit - 10, null, limit - 10],
      ['b.bin', 11, 'TOO_LARGE', undefined],
      ['c.bin', 10, null, 10],
      ['d.bin', 0, null, 0],
    ]);
    expect(await fetchBytes(attachments[2])).toBe('\0'.repeat(10));
    expect(await fetchBytes(attachments[3])).toBe('');
  });

  /** An embedded file that inflates to 300 MB. */
  function bomb(doc: Pdf) {
    const file = doc.ref({ Type: 'EmbeddedFile', Filter: ['FlateDecode'] });
    file.end(deflateSync(Buffer.alloc(300 * 1024 ** 2)));
    const name = new String('bomb.bin');
    const spec = doc.ref({ Type: 'Filespec', F: name, UF: name, EF: { F: file } });
    spec.end(null);
    return spec;
  }

  it('that do not fit in memory are omitted without failing the document', async () => {
    const source = await carrying((doc) => doc.addNamedEmbeddedFile('bomb.bin', bomb(doc)));
    const { id } = await submit(service, { source });
    const { status, result, pages } = await endedJob(
      service,
      id,
      `${fields} pages { nodes { text } } attempts { number }`,
    );
    expect(status).toBe('COMPLETED');
    expect(result.attachments).toMatchObject([{ name: 'bomb.bin', omitted: 'TOO_LARGE', download: null }]);
    expect(pages.nodes[0].text).toBe('This document carries files.');
  });

  it('of the document are kept when those pinned to pages do not fit in memory', async () => {
    const { attachments } = await attachmentsOf(
      await carrying((doc) => {
        const pin: object = { Subtype: 'FileAttachment', FS: bomb(doc) };
        doc.annotate(100, 100, 20, 20, pin);
        doc.file(Buffer.from('mine'), { name: 'own.txt' });
      }),
    );
    expect(attachments).toMatchObject([
      { name: 'own.txt', omitted: null },
      { name: 'bomb.bin', omitted: 'TOO_LARGE', pageNumber: 1 },
    ]);
    expect(await fetchBytes(attachments[0])).toBe('mine');
  });

  it('are in the archive of the result, each under a unique name', async () => {
    const { id } = await attachmentsOf(
      await carrying((doc) => {
        doc.file(Buffer.from('one'), { name: 'same.txt' });
        doc.fileAnnotation(100, 100, 20, 20, { src: Buffer.from('two'), name: 'same.txt' });
        doc.file(Buffer.from('long'), { name: `no.${'蜂'.repeat(100)}` });
      }),
    );
    const { result } = await readJob(service, id, 'result { download(format: ZIP) { url } }');
    const files = unzip(Buffer.from(await (await fetch(result.download.url)).arrayBuffer()));
    expect(files.get('attachments/same.txt')).toBe('one');
    expect(files.get('attachments/same-2.txt')).toBe('two');
    // Within the limit of file systems.
    expect([...files.keys()].every((path) => Buffer.byteLength(path.replace(/.*\//, '')) < 255)).toBe(true);
    expect([...files.values()]).toContain('long');
  });
});

describe('the download of an attachment', () => {
  it('needs its own signature', async () => {
    const { id, attachments } = await attachmentsOf(await inline('attachment'));
    const { url = '' } = attachments[0]?.download ?? {};
    const other = await attachmentsOf(await inline('attachment'));
    const expired = service.platform.secrets.sign('download', `${id}/attachments/0`, new Date(Date.now() - 1_000));
    const wrong = [
      url.replace('/attachments/0', '/attachments/1'),
      url.replace(id, other.id),
      url.replace(/token=.*/, `token=${expired}`),
      url.replace(/\?.*/, ''),
    ];
    for (const each of wrong) expect((await fetch(each)).status).toBe(403);
    const head = await fetch(url, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(attachments[0]?.bytes)]);
  });

  it('is NOT_FOUND after its job is deleted, and its bytes are deleted', async () => {
    const before = await resultKeys();
    const { id, attachments } = await attachmentsOf(await inline('attachment'));
    expect((await resultKeys()).length).toBe(before.length + 1);
    await remove(service, id);
    expect(await resultKeys()).toEqual(before);
    expect((await fetch(attachments[0]?.download?.url ?? '')).status).toBe(404);
  });

  it('fails with a status, not midway, if the storage has lost it', async () => {
    const { attachments } = await attachmentsOf(await inline('attachment'));
    for (const key of await resultKeys()) await service.platform.storage.remove(key);
    expect((await fetch(attachments[0]?.download?.url ?? '')).status).toBe(503);
  });
});

describe('orphaned files', () => {
  it('are removed by the janitor, which keeps all others', async () => {
    const { id, attachments } = await attachmentsOf(await inline('attachment'));
    const [named = ''] = (await resultKeys()).slice(-1);
    const folder = named.slice(0, named.lastIndexOf('/'));
    const orphans = [`${folder}/of-a-lost-claim`, 'results/00000000-0000-7000-8000-000000000009/of-no-job'];
    async function* bytes() {
      yield Buffer.from('x');
    }
    for (const key of orphans) await service.platform.storage.put(key, bytes(), { maxBytes: 1 });
    await janitor();
    expect(await resultKeys()).toEqual(expect.arrayContaining(orphans));
    await age(service);
    await janitor();
    const left = await resultKeys();
    for (const key of orphans) expect(left).not.toContain(key);
    expect(left.some((key) => key.startsWith(folder))).toBe(true);
    expect((await fetch(attachments[0]?.download?.url ?? '')).status).toBe(200);
    expect(await readJob(service, id, 'status')).toEqual({ status: 'COMPLETED' });
  });

  it('of a killed worker are removed when the next one starts', async () => {
    const scratch = join(service.config.dataDir, 'scratch');
    const leftover = join(scratch, '00000000-0000-7000-8000-00000000dead', 'attempt');
    await mkdir(leftover, { recursive: true });
    await writeFile(join(leftover, 'attachments'), 'x');
    await service.stopWorker();
    await service.startWorker();
    expect(await readdir(scratch)).not.toContain('00000000-0000-7000-8000-00000000dead');
  });

  it('are not left by an attempt that fails', async () => {
    await service.stopWorker();
    const wrote = deferred<string>();
    await service.startWorker({
      extractor: {
        async *extract({ scratch }) {
          await mkdir(scratch, { recursive: true });
          const path = join(scratch, 'attachments');
          await writeFile(path, 'x');
          wrote.resolve(scratch);
          yield { ...opened(2), facts, attachmentsFile: path };
          yield group(1, 1);
          throw new Error('simulated failure');
        },
        async [Symbol.asyncDispose]() {},
      },
    });
    const { id } = await submit(service, { source: await inline('one-page'), options: { maxRetries: 0 } });
    const { status } = await endedJob(service, id, 'status');
    expect(status).toBe('FAILED');
    await expect(readdir(await wrote.promise)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
