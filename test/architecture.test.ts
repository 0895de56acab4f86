import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const src = fileURLToPath(new URL('../src', import.meta.url));

/** The table of docs/architecture.md. A folder or file may import its own rank's rooms where `beside` says so, and lower ranks. */
const ranks: Record<string, number> = {
  errors: 0,
  config: 0,
  ids: 0,
  ops: 0,
  supervisor: 0,
  connections: 1,
  pdf: 1,
  storage: 1,
  queue: 2,
  progress: 2,
  jobs: 3,
  worker: 4,
  maintenance: 4,
  api: 4,
  client: 4,
  app: 5,
  commands: 6,
  cli: 7,
};

/** Rank 0 is small enough to lean on itself; everything else may use only lower ranks. */
const leansOnItself = 0;

/** Rooms that know less than their rank allows. */
const onlyMayImport: Record<string, string[]> = {
  pdf: ['errors'],
  client: [],
  supervisor: [],
};

/** Packages that only these rooms may use. */
const packageRooms: Record<string, string[]> = {
  'bee-queue': ['queue'],
  redis: ['connections'],
  pg: ['connections'],
  '@prisma/client': ['connections'],
  '@prisma/adapter-pg': ['connections'],
  'pdfjs-dist': ['pdf'],
  '@llamaindex/liteparse': ['pdf'],
  '@pothos/core': ['api'],
  'graphql-yoga': ['api'],
  commander: ['cli'],
};

interface Import {
  from: string;
  to: string;
}

const importPattern =
  /(?:^|\n)\s*(?:import|export)\s[^'"]*?from\s+['"]([^'"]+)['"]|(?:^|\n)\s*import\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;

const files = readdirSync(src, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => relative(src, join(entry.parentPath, entry.name)))
  .filter((file) => !file.includes('/generated/') && !file.startsWith('connections/prisma/'));

const imports: Import[] = files.flatMap((from) =>
  [...readFileSync(join(src, from), 'utf8').matchAll(importPattern)].map((match) => ({
    from,
    to: match[1] ?? match[2] ?? match[3] ?? '',
  })),
);

const local = imports
  .filter(({ to }) => to.startsWith('.'))
  .map(({ from, to }) => ({ from, to: normalize(join(dirname(from), to)) }));

function room(file: string): string {
  return file.includes('/') ? (file.split('/')[0] ?? '') : file.replace(/\.ts$/, '');
}

describe('the house', () => {
  it('has a rank for every room', () => {
    expect([...new Set(files.map(room))].filter((name) => ranks[name] === undefined)).toEqual([]);
  });

  it('imports downwards only, type imports included', () => {
    const wrong = local.filter(({ from, to }) => {
      const [a, b] = [room(from), room(to)];
      if (a === b) return false;
      const [rankA, rankB] = [ranks[a] ?? -1, ranks[b] ?? 99];
      return rankB > rankA || (rankB === rankA && rankA !== leansOnItself);
    });
    expect(wrong).toEqual([]);
  });

  it('keeps the rooms that know least to what they may know', () => {
    const wrong = local.filter(({ from, to }) => {
      const allowed = onlyMayImport[room(from)];
      return allowed !== undefined && room(from) !== room(to) && !allowed.includes(room(to));
    });
    expect(wrong).toEqual([]);
  });

  it('keeps each package in its room', () => {
    const wrong = imports.filter(({ from, to }) => {
      const rooms = Object.entries(packageRooms).find(([name]) => to === name || to.startsWith(`${name}/`))?.[1];
      return rooms !== undefined && !rooms.includes(room(from));
    });
    expect(wrong).toEqual([]);
  });

  it('has no import cycle between files', () => {
    const next = new Map<string, string[]>();
    for (const { from, to } of local) next.set(from, [...(next.get(from) ?? []), to]);
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (file: string, path: string[]): void => {
      if (path.includes(file)) {
        cycles.push([...path.slice(path.indexOf(file)), file].join(' → '));
        return;
      }
      if (done.has(file)) return;
      for (const each of next.get(file) ?? []) visit(each, [...path, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
    expect(cycles).toEqual([]);
  });

  it('reads the environment in one file', () => {
    const readers = files.filter((file) => /(?<!\.\.\.)process\.env/.test(readFileSync(join(src, file), 'utf8')));
    expect(readers).toEqual(['config.ts']);
  });

  it('has no file that could not be read in one sitting', () => {
    const long = files.filter((file) => readFileSync(join(src, file), 'utf8').split('\n').length > 300);
    expect(long).toEqual([]);
  });

  it('uses no type escape', () => {
    const escapes = files.filter((file) =>
      /\bas any\b|\bas unknown as\b|@ts-(ignore|expect-error|nocheck)|: any\b/.test(
        readFileSync(join(src, file), 'utf8'),
      ),
    );
    expect(escapes).toEqual([]);
  });
});
