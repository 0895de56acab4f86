/**
 * Makes the PDFs of the tests and the sample of the first start: `npx tsx scripts/make-fixtures.ts`. The bytes are the
 * same in every run and on every machine. With `--check`, it writes nothing and fails if an existing file differs.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as damage from './fixtures/damage.ts';
import { fieldGuide } from './fixtures/guide/guide.ts';
import * as layouts from './fixtures/layouts.ts';
import { letters } from './fixtures/letters.ts';
import * as pages from './fixtures/pages.ts';
import * as scripts from './fixtures/scripts.ts';
import * as structure from './fixtures/structure.ts';

const root = new URL('../', import.meta.url);

async function makeAll(): Promise<Map<string, Uint8Array>> {
  const onePage = await pages.onePage();
  const fixtures = {
    'one-page': onePage,
    'many-pages': await pages.manyPages(),
    columns: await pages.columns(),
    table: await pages.table(),
    headings: await pages.headings(),
    blank: await pages.blank(),
    links: await structure.links(),
    outline: await structure.outline(),
    labels: await structure.labels(),
    form: await structure.form(),
    attachment: await structure.attachment(),
    encrypted: await structure.encrypted(),
    restricted: await structure.restricted(),
    rotated: await structure.rotated(),
    metadata: await structure.metadata(),
    cjk: await scripts.cjk(),
    'cjk-cmaps': scripts.cjkCmaps(),
    rtl: await scripts.rtl(),
    vertical: await scripts.vertical(),
    letters: letters(),
    layouts: await layouts.layouts(),
    'hidden-text': layouts.hiddenText(),
    scanned: layouts.scanned(null),
    'scanned-layer': layouts.scanned('A layer of text over a picture.'),
    truncated: damage.truncated(onePage),
    damaged: damage.damaged(),
    repairable: damage.repairable(onePage),
    'half-lost': damage.halfLost(),
    'no-pages': damage.noPages(),
    'not-a-pdf': damage.notAPdf(),
    'junk-before': damage.junkBefore(onePage),
    empty: new Uint8Array(),
  };
  const files = Object.entries(fixtures).map(([name, bytes]): [string, Uint8Array] => [
    `test/fixtures/${name}.pdf`,
    bytes,
  ]);
  return new Map([...files, ['samples/pagehive-sample.pdf', await fieldGuide()]]);
}

async function write(files: Map<string, Uint8Array>): Promise<void> {
  for (const [path, bytes] of files) {
    const target = fileURLToPath(new URL(path, root));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, bytes);
    console.log(`${path}  ${bytes.length} bytes`);
  }
}

/** Returns the files that differ from this script's output: changed, missing or unknown. */
async function differences(files: Map<string, Uint8Array>): Promise<string[]> {
  const different: string[] = [];
  for (const [path, bytes] of files) {
    const there = await readFile(new URL(path, root)).catch(() => null);
    if (there === null || !there.equals(bytes)) different.push(path);
  }
  for (const folder of ['test/fixtures', 'samples']) {
    const names = await readdir(new URL(folder, root));
    const strays = names.filter((name) => name.endsWith('.pdf') && !files.has(`${folder}/${name}`));
    different.push(...strays.map((name) => `${folder}/${name}`));
  }
  return different;
}

const files = await makeAll();
if (process.argv.includes('--check')) {
  const different = await differences(files);
  if (different.length > 0) {
    console.error(
      `Not what scripts/make-fixtures.ts makes: ${different.join(', ')}. Run npx tsx scripts/make-fixtures.ts.`,
    );
    process.exitCode = 1;
  }
} else {
  await write(files);
}
