import { describe, expect, test } from 'vitest';
import { extractAll, requestFor } from './extracting.ts';
import { drawnDocument, writer } from './own-document.ts';

const columns = [72, 180, 260, 340, 420];

const { pool, path } = drawnDocument((doc) => {
  const write = writer(doc);
  const page = () => doc.addPage({ size: 'A4', margin: 0 });
  const box = (x: number, y: number, width: number, height: number) =>
    doc.rect(x, y, width, height).lineWidth(0.7).stroke('#000000');

  page();
  for (const [x, width] of [
    [60, 120],
    [180, 300],
  ] as const)
    for (const y of [60, 260]) box(x, y, width, 200);
  write([
    [80, [70, 'Sent by the bees']],
    [280, [70, 'Paid by the keeper'], [190, 'Twelve jars, in silver coins']],
  ]);
  for (const [row, cells] of [
    ['Honey', '12.5 kg'],
    ['Wax', '310 g'],
    ['Propolis', '20 g'],
  ].entries()) {
    for (const [column, text] of cells.entries()) {
      box(220 + 100 * column, 100 + 24 * row, 100, 24);
      write([[107 + 24 * row, [226 + 100 * column, text]]]);
    }
  }

  page();
  const letters = (row: number): [number, string][] =>
    columns.map((x, column) => [x, String.fromCharCode(65 + 5 * row + column)]);
  write(Array.from({ length: 5 }, (_, row) => [100 + 20 * row, ...letters(row)]));
  write([[140, [360, 'unseen']]], { colour: '#ffffff' });

  page();
  for (const y of [96, 132, 200]) {
    doc.moveTo(72, y).lineTo(470, y).stroke('#000000');
  }
  write([
    [100, [72, 'Apiary'], [180, 'Honey of the spring and summer']],
    [105, [420, 'Swarms']],
    [110, [260, 'late']],
    [138, [72, 'Meadow'], [180, '12'], [260, '31'], [340, '7'], [420, '2']],
    [152, [72, 'Forest'], [180, '7'], [260, '19'], [340, '3'], [420, '0']],
    [166, [72, 'Orchard'], [180, '9'], [260, '24'], [340, '5'], [420, '1']],
  ]);
});
describe.each(['PDFIUM', 'PDFJS'] as const)('Every word in a table by %s', (engine) => {
  const wordsOf = async (pages: string) => {
    const { pages: found } = await extractAll(pool, requestFor('one-page', { path, engine, pages }));
    return (found[0]?.text ?? '').split(/\s+/).sort();
  };
  const sorted = (text: string) => text.split(' ').sort();

  test('occurs once if a table lies in a cell of another', async () => {
    expect(await wordsOf('1')).toEqual(
      sorted('Sent by the bees Honey 12.5 kg Wax 310 g Propolis 20 g Paid by the keeper Twelve jars, in silver coins'),
    );
  });

  test('is visible to readers', async () => {
    expect(await wordsOf('2')).toEqual([...'ABCDEFGHIJKLMNOPQRSTUVWXY']);
  });

  test('occurs once if lines of a head span different columns', async () => {
    expect(await wordsOf('3')).toEqual(
      sorted('Apiary Honey of the spring and summer late Swarms Meadow 12 31 7 2 Forest 7 19 3 0 Orchard 9 24 5 1'),
    );
  });
});
