import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readModuleFolders, readModules } from './docs/modules.ts';

const src = fileURLToPath(new URL('../src', import.meta.url));

/** The import rules from the table in docs/architecture.md: each module may import lower ranks only. */
const moduleRules = readModules();
const ranks: Record<string, number> = Object.fromEntries(moduleRules.map(({ name, rank }) => [name, rank]));

/** The only rank whose modules may import each other; all others may import lower ranks only. */
const mutualRank = 0;

/** Modules that may import less than their rank allows. */
const onlyMayImport = new Map(moduleRules.map(({ name, onlyMayImport }) => [name, onlyMayImport]));

/** Packages that only one module may use. */
const packageOwners = new Map(moduleRules.flatMap(({ name, packages }) => packages.map((each) => [each, name])));

/** The folders inside modules whose imports are listed in the second table of docs/architecture.md. */
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

function moduleOf(file: string): string {
  return file.includes('/') ? (file.split('/')[0] ?? '') : file.replace(/\.ts$/, '');
}

/**
 * Returns the two sibling folders that an import connects, such as `pdf/run` → `pdf/model`; nothing within a folder.
 */
function siblings({ from, to }: Import): Import[] {
  const [a, b] = [dirname(from).split('/'), dirname(to).split('/')];
  const depth = a.findIndex((part, index) => part !== b[index]);
  if (depth < 1 || b[depth] === undefined) return [];
  return [{ from: a.slice(0, depth + 1).join('/'), to: b.slice(0, depth + 1).join('/') }];
}

/** Imports between two folders of one module, at any depth. */
const insideModules = local.flatMap(siblings);

describe('the source tree', () => {
  it('has exactly the modules listed in docs/architecture.md', () => {
    expect([...new Set(files.map(moduleOf))].sort()).toEqual(Object.keys(ranks).sort());
  });

  it('imports only downwards, including type imports', () => {
    const wrong = local.filter(({ from, to }) => {
      const [a, b] = [moduleOf(from), moduleOf(to)];
      if (a === b) return false;
      const [rankA, rankB] = [ranks[a] ?? -1, ranks[b] ?? 99];
      return rankB > rankA || (rankB === rankA && rankA !== mutualRank);
    });
    expect(wrong).toEqual([]);
  });

  it('imports only what the table allows in restricted modules', () => {
    const wrong = local.filter(({ from, to }) => {
      const allowed = onlyMayImport.get(moduleOf(from)) ?? null;
      return allowed !== null && moduleOf(from) !== moduleOf(to) && !allowed.includes(moduleOf(to));
    });
    expect(wrong).toEqual([]);
  });

  it('uses each restricted package in its own module only', () => {
    const wrong = imports.filter(({ from, to }) => {
      const [, owner] = [...packageOwners].find(([name]) => to === name || to.startsWith(`${name}/`)) ?? [];
      return owner !== undefined && owner !== moduleOf(from);
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

  it('lists the folders of modules in the second table, and imports only what it allows', () => {
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

  it('keeps SQL statements of more than three lines in folders named sql, with their callers', () => {
    const hasStatement = (text: string) =>
      [...text.matchAll(/`[^`]*`/g)].some(
        ([literal]) =>
          /\b(SELECT|INSERT INTO|UPDATE|DELETE FROM)\b/.test(literal) && literal.trim().split('\n').length > 3,
      );
    const texts = files.map((file) => ({ file, text: readFileSync(join(src, file), 'utf8') }));
    // Statements that set up or check a connection stay in its module.
    const elsewhere = texts.filter(({ file }) => !file.includes('/sql/') && !file.startsWith('connections/'));
    expect(elsewhere.filter(({ text }) => hasStatement(text)).map(({ file }) => file)).toEqual([]);
    const silent = texts.filter(({ file, text }) => file.includes('/sql/') && !/Called by|Part of/.test(text));
    expect(silent.map(({ file }) => file)).toEqual([]);
  });

  it('reads the environment in one file', () => {
    const readers = files.filter((file) => /(?<!\.\.\.)process\.env/.test(readFileSync(join(src, file), 'utf8')));
    expect(readers).toEqual(['config/environment.ts']);
  });

  it('loads OpenTelemetry only when a collector is configured', () => {
    const users = imports.filter(({ to }) => to.startsWith('@opentelemetry/')).map(({ from }) => from);
    expect(new Set(users)).toEqual(new Set(['ops/opentelemetry.ts']));
    const statically = files.filter((file) =>
      /from\s+['"][^'"]*\/opentelemetry\.ts['"]/.test(readFileSync(join(src, file), 'utf8')),
    );
    expect(statically).toEqual([]);
  });

  it('has no file of more than 300 lines', () => {
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
