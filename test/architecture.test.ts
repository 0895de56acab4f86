import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readModuleFolders, readRooms } from './docs/rooms.ts';

const src = fileURLToPath(new URL('../src', import.meta.url));

/** The table of docs/architecture.md is the rule; a folder or file may import lower ranks only. */
const rooms = readRooms();
const ranks: Record<string, number> = Object.fromEntries(rooms.map(({ name, rank }) => [name, rank]));

/** Rank 0 is small enough to lean on itself; everything else may use only lower ranks. */
const leansOnItself = 0;

/** Rooms that know less than their rank allows. */
const onlyMayImport = new Map(rooms.map(({ name, onlyMayImport }) => [name, onlyMayImport]));

/** Packages that only one room may use. */
const packageRooms = new Map(rooms.flatMap(({ name, packages }) => packages.map((each) => [each, name])));

/** The folders inside modules whose imports the second table of docs/architecture.md lists. */
const moduleFolders = readModuleFolders();

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

/** Returns the two folders side by side that an import goes between, such as `pdf/run` → `pdf/model`; none within a folder. */
function siblings({ from, to }: Import): Import[] {
  const [a, b] = [dirname(from).split('/'), dirname(to).split('/')];
  const depth = a.findIndex((part, index) => part !== b[index]);
  if (depth < 1 || b[depth] === undefined) return [];
  return [{ from: a.slice(0, depth + 1).join('/'), to: b.slice(0, depth + 1).join('/') }];
}

/** Imports between two folders of one module, at any depth. */
const insideModules = local.flatMap(siblings);

describe('the house', () => {
  it('has every room in the table of docs/architecture.md, and no other', () => {
    expect([...new Set(files.map(room))].sort()).toEqual(Object.keys(ranks).sort());
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
      const allowed = onlyMayImport.get(room(from)) ?? null;
      return allowed !== null && room(from) !== room(to) && !allowed.includes(room(to));
    });
    expect(wrong).toEqual([]);
  });

  it('keeps each package in its room', () => {
    const wrong = imports.filter(({ from, to }) => {
      const [, owner] = [...packageRooms].find(([name]) => to === name || to.startsWith(`${name}/`)) ?? [];
      return owner !== undefined && owner !== room(from);
    });
    expect(wrong).toEqual([]);
  });

  it('has no import cycle between the folders of a module', () => {
    const next = new Map<string, Set<string>>();
    for (const { from, to } of insideModules) next.set(from, (next.get(from) ?? new Set()).add(to));
    const reaches = (from: string, target: string, seen = new Set<string>()): boolean =>
      [...(next.get(from) ?? [])].some((to) => {
        if (to === target) return true;
        if (seen.has(to)) return false;
        seen.add(to);
        return reaches(to, target, seen);
      });
    expect([...next.keys()].filter((folder) => reaches(folder, folder))).toEqual([]);
  });

  it('lists the folders of every module in the table of folders, with what each may import', () => {
    const modules = [...new Set(moduleFolders.map(({ module }) => module))];
    const found = new Set(files.map((file) => dirname(file).split('/').slice(0, 2).join('/')));
    const listed = moduleFolders.map(({ module, folder }) => `${module}/${folder}`);
    const folders = [...found].filter((path) => path.includes('/') && modules.includes(path.split('/')[0] ?? ''));
    expect(folders.sort()).toEqual(listed.sort());
    const allowed = new Set(
      moduleFolders.flatMap(({ module, folder, mayImport }) =>
        mayImport.map((other) => `${module}/${folder} → ${module}/${other}`),
      ),
    );
    const wrong = insideModules
      .filter(({ from }) => from.split('/').length === 2 && modules.includes(from.split('/')[0] ?? ''))
      .map(({ from, to }) => `${from} → ${to}`)
      .filter((edge) => !allowed.has(edge));
    expect([...new Set(wrong)]).toEqual([]);
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
