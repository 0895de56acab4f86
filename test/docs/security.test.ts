import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { codes, readDocument, readTable } from './markdown.ts';

const page = readDocument('docs/security.md');
const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));

describe('docs/security.md', () => {
  it.each(['Risk', 'Topic'])('names tests that exist for each %s', (title) => {
    const rows = readTable(page, [title, 'Answer', 'Shown by']);
    expect(rows.length).toBeGreaterThan(5);
    for (const row of rows) {
      const files = codes(row['Shown by']);
      expect(files.length, row[title]).toBeGreaterThan(0);
      expect(files.filter((file) => !existsSync(file))).toEqual([]);
    }
  });

  it('explains exactly the production dependencies', () => {
    const rows = readTable(page, ['Package', 'For']);
    expect(rows.map((row) => codes(row.Package)[0])).toEqual(Object.keys(dependencies));
    expect(rows.filter((row) => row.For === '')).toEqual([]);
  });

  it('does not have the command line of Prisma among them', () => {
    expect(Object.keys(dependencies)).not.toContain('prisma');
  });
});
