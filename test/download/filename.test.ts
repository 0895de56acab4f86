import { expect, test } from 'vitest';
import { filenameOf, safeFilename } from '../../src/connections/filename.ts';

const url = new URL('https://example.com/docs/fallback.pdf?name=query.pdf');

test.each([
  ['attachment; filename="report.pdf"', 'report.pdf'],
  ['attachment; filename=report.pdf', 'report.pdf'],
  ['inline;filename="a \\"b\\" c.pdf"; size=3', 'a _b_ c.pdf'],
  ['attachment; filename="plain.pdf"; filename*=UTF-8\'\'%e2%82%ac%20rates.pdf', '€ rates.pdf'],
  ["attachment; filename*=iso-8859-1'de'%DCbersicht.pdf", 'Übersicht.pdf'],
  [`attachment; filename="${Buffer.from('Übersicht.pdf').toString('latin1')}"`, 'Übersicht.pdf'],
  ['attachment; filename="\xdcbersicht.pdf"', 'Übersicht.pdf'],
  ['attachment; filename="../../etc/passwd"', 'passwd'],
  ['attachment; filename="C:\\\\docs\\\\a.pdf"', 'a.pdf'],
  ["attachment; filename*=UTF-8''%2e%2e%2f%zz.pdf", '%zz.pdf'],
  ['attachment', 'fallback.pdf'],
  ['attachment; filename=""', 'fallback.pdf'],
  ['attachment; filename=".."', 'fallback.pdf'],
  [undefined, 'fallback.pdf'],
])('the header %j names the document %j', (header, name) => {
  expect(filenameOf(header, url)).toBe(name);
});

test.each(['https://example.com', 'https://example.com/docs/', 'https://example.com/%2F'])(
  '%s gives no name',
  (bare) => {
    expect(filenameOf(undefined, new URL(bare))).toBeNull();
  },
);

test('a name keeps no control or bidirectional formatting characters', () => {
  expect(safeFilename('a\r\nb\u0000\u202Efdp.exe')).toBe('abfdp.exe');
  expect(safeFilename(' .hidden. ')).toBe('hidden');
  expect(safeFilename(' \u200b ')).toBeNull();
});

test('a long name is cut before its extension', () => {
  const name = safeFilename(`${'ü'.repeat(500)}.pdf`) ?? '';
  expect([...name]).toHaveLength(200);
  expect(name.endsWith('ü.pdf')).toBe(true);
});
