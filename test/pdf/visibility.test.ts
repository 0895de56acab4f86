import { expect, it } from 'vitest';
import { assemble, stream } from '../../scripts/fixtures/raw-pdf.ts';
import type { HiddenReason } from '../../src/pdf/model/hidden-text.ts';
import { extractAll, requestFor } from './extracting.ts';
import { ownDocument } from './own-document.ts';

/** The words that each page shows or hides, and a box around them. */
const words = 'BT /F1 12 Tf 100 500 Td (Secret honey here) Tj ET';
const box = '90 490 200 30 re f';
const picture = (name: string) => `q 200 0 0 30 90 490 cm /${name} Do Q`;

/** Every page also has a visible sentence, so that its text is never entirely hidden. */
const beside = 'BT /F1 12 Tf 100 700 Td (Ordinary words of the page) Tj ET';

const seen: Record<string, string> = {
  'white words on a black box': `${box} 1 g ${words}`,
  'white words on a dark picture': `${picture('Dark')} 1 g ${words}`,
  'white words with a black outline': `1 g 2 Tr ${words}`,
  'words that are only outlines': `1 g 1 Tr ${words}`,
  'a picture that shows through the words': `q 7 Tr ${words} ${picture('Dark')} Q`,
  'words under a highlighter': `${words} /Multiply gs 1 1 0 rg ${box}`,
  'words under a transparent box': `${words} /Clear gs ${box}`,
  'words that are painted again on their cover': `${words} 1 g ${box} 0 g ${words}`,
  'words in the hole of a cover': `${words} 1 g 50 450 400 150 re 90 490 200 30 re f*`,
  'words in a layer that is on': `/OC /On BDC ${words} EMC`,
  'light grey words': `0.85 g ${words}`,
  'words behind a mask that lets them through': `/White gs ${words}`,
};

const unseen: Record<string, { content: string; reason: HiddenReason }> = {
  'white words on paper': { content: `1 g ${words}`, reason: 'SAME_COLOUR' },
  'black words on a black box': { content: `${box} ${words}`, reason: 'SAME_COLOUR' },
  'white words on a white picture': { content: `${picture('Light')} 1 g ${words}`, reason: 'SAME_COLOUR' },
  'words under a box': { content: `${words} ${box}`, reason: 'COVERED' },
  'words under a skewed box': {
    content: `${words} q .98 .17 -.17 .98 0 0 cm 100 420 400 130 re f Q`,
    reason: 'COVERED',
  },
  'words under a shape with other corners': {
    content: `${words} 90 490 m 290 490 l 300 505 l 290 520 l 90 520 l 80 505 l h f`,
    reason: 'COVERED',
  },
  'words under a broad stroke': { content: `${words} 30 w 90 505 m 290 505 l S`, reason: 'COVERED' },
  'words under a picture': { content: `${words} ${picture('Dark')}`, reason: 'COVERED' },
  'words under several boxes': {
    content: `${words} ${[90, 130, 170, 210].map((x) => `${x} 490 41 30 re f`).join(' ')}`,
    reason: 'COVERED',
  },
  'words that are not painted': { content: `3 Tr ${words}`, reason: 'INVISIBLE' },
  'words that only clip, with nothing to show through': { content: `q 7 Tr ${words} Q`, reason: 'INVISIBLE' },
  'words without opacity': { content: `/Clear gs ${words}`, reason: 'TRANSPARENT' },
  'words behind a mask that leaves nothing of them': { content: `/Black gs ${words}`, reason: 'TRANSPARENT' },
  'words of half a point': { content: words.replace('12 Tf', '.5 Tf'), reason: 'TINY' },
  'words beside the page': { content: words.replace('100 500', '700 500'), reason: 'OFF_PAGE' },
  'words outside their clipping path': { content: `q 10 10 5 5 re W n ${words} Q`, reason: 'CLIPPED' },
  'words in a layer that is off': { content: `/OC /Off BDC ${words} EMC`, reason: 'LAYER_OFF' },
};

const contents = [...Object.values(seen), ...Object.values(unseen).map(({ content }) => content)];
/** The number of the first page's object. */
const first = 12;
const image = (pixel: string) =>
  `<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 1 >>\nstream\n${pixel}\nendstream`;
const mask = (gray: number) =>
  stream(`${gray} g 0 0 600 800 re f`).replace(
    '<<',
    '<< /Type /XObject /Subtype /Form /BBox [0 0 600 800] /Group << /S /Transparency /CS /DeviceGray >>',
  );
const numbers = contents.map((_, index) => first + 2 * index);

const { pool, path } = ownDocument(() =>
  assemble([
    '<< /Type /Catalog /Pages 2 0 R /OCProperties << /OCGs [8 0 R 9 0 R] /D << /ON [8 0 R] /OFF [9 0 R] >> >> >>',
    `<< /Type /Pages /Kids [${numbers.map((number) => `${number} 0 R`).join(' ')}] /Count ${numbers.length} >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
    image('\x10'),
    image('\xff'),
    mask(1),
    mask(0),
    '<< /Type /OCG /Name (On) >>',
    '<< /Type /OCG /Name (Off) >>',
    '<< /Font << /F1 3 0 R >> /XObject << /Dark 4 0 R /Light 5 0 R >> /Properties << /On 8 0 R /Off 9 0 R >> /ExtGState 11 0 R >>',
    '<< /Multiply << /BM /Multiply >> /Clear << /ca 0 >> /White << /SMask << /S /Luminosity /G 6 0 R >> >> /Black << /SMask << /S /Luminosity /G 7 0 R >> >> >>',
    ...contents.flatMap((content, index) => [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents ${first + 2 * index + 1} 0 R /Resources 10 0 R >>`,
      stream(`${beside} ${content}`),
    ]),
  ]),
);

async function readPage(number: number) {
  const { pages } = await extractAll(pool, requestFor('hidden', { path, pages: String(number) }));
  const [page] = pages;
  const hidden = page?.details.hidden.map(({ reason, text }) => ({ reason, text }));
  return { text: page?.text ?? '', hidden };
}

it.each(Object.keys(seen))('shows %s', async (name) => {
  const { text, hidden } = await readPage(Object.keys(seen).indexOf(name) + 1);
  expect(text).toContain('Secret honey here');
  expect(hidden).toEqual([]);
});

it.each(Object.entries(unseen))('hides %s', async (name, { reason }) => {
  const { text, hidden } = await readPage(Object.keys(seen).length + Object.keys(unseen).indexOf(name) + 1);
  expect(text).toBe('Ordinary words of the page');
  expect(hidden).toEqual([{ reason, text: 'Secret honey here' }]);
});
