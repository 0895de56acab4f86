// Extracts documents with the compiled extractor at one level of the sandbox, as an installed Pagehive does, with every
// engine: compiled, it also runs under the permission model of Node.js.
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepareOcr } from '../../../dist/pdf/ocr/ocr-data.js';
import { createExtractorPool } from '../../../dist/pdf/process/extractor-pool.js';

const [, , level, hasUser] = process.argv;
const place = join(tmpdir(), `pagehive-compiled-${randomUUID()}`);
const ocr = await prepareOcr(['eng'], join(place, 'ocr'));
const pool = createExtractorPool({
  ...{ size: 1, memoryBytes: 4 * 1024 ** 3, recycleBytes: 2 * 1024 ** 3 },
  sandboxes: [{ level, hasUser: hasUser === 'true' }],
  folder: join(place, 'scratch', 'worker'),
  readable: [join(place, 'ocr')],
});

async function extract(fixture, more) {
  const request = {
    ...{ owner: 'tenant', password: null, pages: null, engine: 'AUTO', keepHeadersFooters: false },
    ...{ keepHyphenation: false, requireAllPages: false, maxPages: 20_000, attachmentBytes: 1_000_000, images: null },
    ...{ stored: null, avoid: [], skip: [], memoryBytes: null, lastResort: null, ocr: null, fresh: false },
    path: fileURLToPath(new URL(`../../fixtures/${fixture}.pdf`, import.meta.url)),
    scratch: join(place, randomUUID()),
    ...more,
  };
  const found = { pages: 0, files: 0, ocr: null };
  for await (const event of pool.extract(request, new AbortController().signal)) {
    if (event.type === 'opened' && event.attachmentsFile !== null) found.files += 1;
    if (event.type !== 'group') continue;
    found.pages += event.pages.length;
    found.ocr ??= event.pages[0].details.ocr?.outcome ?? null;
    if (event.images?.file) found.files += 1;
  }
  return found;
}

const images = { format: 'PNG', thumbnailWidth: 100, pageImageWidth: null, seconds: 60, avoid: [] };
const found = {
  pdfium: await extract('one-page'),
  pdfjs: await extract('one-page', { engine: 'PDFJS' }),
  attachments: await extract('attachment'),
  images: await extract('one-page', { images }),
  ocr: await extract('scanned', { ocr }),
  level: pool.sandbox,
};
await pool[Symbol.asyncDispose]();
await rm(place, { recursive: true });
process.stdout.write(JSON.stringify(found));
