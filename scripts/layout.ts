/**
 * Replays the layout of one page: `npm run layout -- FILE --page N [--out FILE.png] [--password P] [--engine E]`.
 * Prints the decisions of each step, and draws the page with its pieces, rules, tables, regions and reading order.
 */
import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { finishPages, layOutGroup } from '../src/pdf/run/finish-pages.ts';
import { describePage } from './layout/describe-page.ts';
import { drawPage } from './layout/draw-page.ts';
import { readPageInGroup } from './layout/read-group.ts';

const usage =
  'usage: npm run layout -- FILE --page N [--out FILE.png] [--password PASSWORD] [--engine AUTO|PDFIUM|PDFJS]';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    page: { type: 'string', default: '1' },
    out: { type: 'string' },
    password: { type: 'string' },
    engine: { type: 'string', default: 'AUTO' },
  },
});
const [path, ...others] = positionals;
const number = Number(values.page);
const engine = (['AUTO', 'PDFIUM', 'PDFJS'] as const).find((name) => name === values.engine.toUpperCase());
if (path === undefined || others.length > 0 || !Number.isInteger(number) || engine === undefined) {
  console.error(usage);
  process.exit(2);
}

const found = await readPageInGroup(path, number, { engine, password: values.password ?? null });
const group = layOutGroup(found.group, found.style);
const layout = group.pages.find(({ page }) => page.number === number)?.layout;
if (layout === undefined) throw new Error(`page ${number} has no layout`);
for (const line of describePage(found.page, layout, group)) console.log(line);

const options = { keepHeadersFooters: false, keepHyphenation: false };
const finished = finishPages(found.group, options, found.style).find((page) => page.number === number);
console.log(`\nMarkdown:\n${finished?.markdown ?? ''}`);

const { page } = found;
const size = { width: Math.round(2 * page.shown.width), height: Math.round(2 * page.shown.height) };
// Pages rotated for reading would not match their pieces.
const picture =
  page.turn === 0 ? ((await found.document.pdfium?.drawPage(number, size).catch(() => null)) ?? null) : null;
const target = values.out ?? `${basename(path, '.pdf')}-${number}.png`;
writeFileSync(target, await drawPage(page, layout, group, picture));
console.log(`\n${target}`);
process.exit(0);
