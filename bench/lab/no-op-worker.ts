import { startMaintain } from '../../src/app/maintain.ts';
import { startWork } from '../../src/app/work.ts';
import { readConfig } from '../../src/config/config.ts';
import type { ExtractionEvent, Extractor } from '../../src/pdf/model/extraction.ts';
import { openPlatform } from '../../src/platform.ts';

// A worker with an engine that does nothing, to measure the overhead of the system itself.

const none = { title: null, author: null, subject: null, keywords: null, creator: null, producer: null };
const metadata = {
  ...none,
  createdAt: null,
  modifiedAt: null,
  pdfVersion: null,
  tagged: false,
  encrypted: false,
  permissions: null,
  language: null,
  xmp: null,
};
const page = {
  number: 1,
  label: null,
  width: 595,
  height: 842,
  rotation: 0,
  text: 'Nothing.',
  markdown: 'Nothing.',
  links: [],
  details: {
    engine: null,
    fallback: null,
    ocrReason: null,
    ocr: null,
    language: null,
    hidden: [],
    annotations: [],
    formFields: [],
    blocks: [],
  },
  failure: null,
};

const noOp: Extractor = {
  async *extract(): AsyncGenerator<ExtractionEvent> {
    const facts = { pageCount: 1, metadata, outline: [], attachments: [], fallback: null, notices: [] };
    const pages = { pagesTotal: 1, pagesStored: 0 };
    yield { type: 'opened', facts, attachmentsFile: null, engine: 'PDFJS', key: 'no-op', ...pages };
    yield { type: 'group', range: { first: 1, last: 1 }, engine: 'PDFJS', pages: [page], images: null };
  },
  async [Symbol.asyncDispose]() {},
};

const platform = await openPlatform(readConfig(), 'work');
const worker = await startWork(platform, { extractor: noOp });
const maintenance = startMaintain(platform);
process.stderr.write('ready\n');
process.once('SIGTERM', async () => {
  await worker[Symbol.asyncDispose]();
  await maintenance[Symbol.asyncDispose]();
  await platform[Symbol.asyncDispose]();
});
