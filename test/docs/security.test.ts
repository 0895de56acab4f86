import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { codes, readDocument, readTable } from './markdown.ts';

const page = readDocument('docs/security.md');
const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));

/** The titles of tests and their groups: the first text after each call, alone or after a table of cases. */
function titlesOf(code: string): string[] {
  return [...code.matchAll(/(?:\b(?:it|test|describe)|\))\(\s*(['"`])(.+?)\1,/g)].map(([, , title = '']) => title);
}

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

  it.each(['Risk', 'Topic'])('gives the titles of tests in these files for each %s', (title) => {
    for (const row of readTable(page, [title, 'Answer', 'Shown by'])) {
      for (const [, file = '', titles = ''] of row['Shown by']?.matchAll(/`([^`]+)`([^`]*)/g) ?? []) {
        const code = readFileSync(file, 'utf8');
        const named = [...titles.matchAll(/“([^”]+)”/g)].map(([, each = '']) => each);
        expect(named.length, file).toBeGreaterThan(0);
        expect(named.filter((each) => !titlesOf(code).some((found) => found.startsWith(each)))).toEqual([]);
      }
    }
  });

  it('explains exactly the production dependencies', () => {
    const rows = readTable(page, ['Package', 'For']);
    expect(rows.map((row) => codes(row.Package)[0])).toEqual(Object.keys(dependencies));
    expect(rows.filter((row) => row.For === '')).toEqual([]);
  });

  it('excludes the command line of Prisma from them', () => {
    expect(Object.keys(dependencies)).not.toContain('prisma');
  });
});
