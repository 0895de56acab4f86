import { expect, it } from 'vitest';
import { storedOptions } from '../../src/job-row/options.ts';
import { storedDetails } from '../../src/results/stored-json.ts';

it.each([
  [
    { engine: 'LITEPARSE', fallback: null },
    { engine: 'PDFIUM', fallback: null },
  ],
  [
    { engine: 'PDFJS', fallback: 'NO_TEXT' },
    { engine: 'PDFJS', fallback: 'UNREADABLE' },
  ],
  [
    { engine: 'PDFJS', fallback: 'FONT_BOXES' },
    { engine: 'PDFJS', fallback: 'GARBLED' },
  ],
])('reads pages that an earlier version stored: %j', (before, now) => {
  expect(storedDetails(before)).toMatchObject(now);
});

it('reads options that an earlier version stored', () => {
  expect(storedOptions({ engine: 'LITEPARSE', pages: '1-3' })).toMatchObject({ engine: 'PDFIUM', pages: '1-3' });
});
