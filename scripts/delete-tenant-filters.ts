// Deletes each tenant filter of the code, one at a time in a copy, and runs the walk over the schema as another tenant.
// With row-level security every run must pass. `--one-wall` runs it without: then the walk shows which filters it
// relies on.
//
//   npx tsx scripts/delete-tenant-filters.ts [--one-wall | --list] [part of a file name]

import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A condition on the tenant, and what takes its place: a condition that is true, or nothing. */
interface Filter {
  pattern: RegExp;
  replacement: string;
  files: RegExp;
}

const filters: Filter[] = [
  // The parameter stays, so that PostgreSQL knows its type.
  {
    pattern: /(?:\$\{\w+\}\.|\b\w+\.)?\btenant_id = (\$\d+)(?:::uuid)?/g,
    replacement: '$1::uuid IS NOT NULL',
    files: /^src\/.*\/sql\/.*\.ts$/,
  },
  // The tenant is an expression that the statement's author gives.
  { pattern: /\w\.tenant_id = (\$\{\w+\})/g, replacement: '$1 IS NOT NULL', files: /^src\/.*\/sql\/.*\.ts$/ },
  {
    pattern: /\w\.tenant_id = (?:tenant\b|nullif\(.*?\)::uuid)/g,
    replacement: 'true',
    files: /^prisma\/functions\/(pages_with_words|names_with_grams)\.sql$/,
  },
  // A condition of Prisma.
  {
    pattern:
      /(?<=where(?:: | = )\{[^{}\n]*(?:\{[^{}\n]*\})?[^{}\n]*)(?:, tenantId(?:: [\w.]+)?(?= \}|,)|(?<=\{ )tenantId(?= \})|(?<=\{ )tenantId, )/g,
    replacement: '',
    files: /^src\/(?!connections\/).*\.ts$/,
  },
  { pattern: /^ {4}tenantId,\n/gm, replacement: '', files: /^src\/api\/schema\/webhook\/deliveries\.ts$/ },
  { pattern: / +tenantId: context\.tenantId,\n/g, replacement: '', files: /^src\/api\/schema\/batch\/batches\.ts$/ },
  // Events.
  {
    pattern: /tenantPattern\(prefix, tenantId\)/g,
    replacement: "tenantPattern(prefix, '*')",
    files: /^src\/progress\/hub\.ts$/,
  },
  { pattern: /state\.tenantId === tenantId/g, replacement: 'true', files: /^src\/progress\/hub\.ts$/ },
  {
    pattern: /row\?\.tenantId === tenantId/g,
    replacement: 'row !== undefined',
    files: /^src\/estimates\/estimates\.ts$/,
  },
];

/** All files that may hold a filter. */
const sources = ['src', 'prisma/functions'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`),
);

interface Deletion {
  file: string;
  line: number;
  was: string;
  text: string;
}

function* deletions(): Generator<Deletion> {
  for (const { pattern, replacement, files } of filters) {
    for (const file of sources.filter((each) => files.test(each))) {
      const text = readFileSync(join(root, file), 'utf8');
      for (const match of text.matchAll(pattern)) {
        const [was, parameter = ''] = match;
        const changed =
          text.slice(0, match.index) + replacement.replace('$1', parameter) + text.slice(match.index + was.length);
        yield { file, line: text.slice(0, match.index).split('\n').length, was: was.trim(), text: changed };
      }
    }
  }
}

function makeCopy(): string {
  const copy = mkdtempSync(join(tmpdir(), 'pagehive-filters-'));
  for (const name of [
    'src',
    'test',
    'prisma',
    'samples',
    'package.json',
    'tsconfig.json',
    'vitest.config.ts',
    'schema.graphql',
    // Extractors run compiled code; none of the filters is part of it.
    'dist',
  ])
    cpSync(join(root, name), join(copy, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

const options = process.argv.slice(2);
if (options.includes('--list')) {
  for (const { file, line, was } of deletions()) console.log(`${file}:${line} ${was}`);
  process.exit();
}
const oneWall = options.includes('--one-wall');
const wanted = options.find((each) => !each.startsWith('--')) ?? '';
const copy = makeCopy();
const red: string[] = [];
let count = 0;

/** Returns whether the walk passes. */
function walk(): boolean {
  const run = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', 'test/tenants'], {
    cwd: copy,
    encoding: 'utf8',
    env: { ...process.env, ...(oneWall ? { ONE_WALL: '1' } : {}) },
  });
  return run.status === 0;
}

try {
  if (!walk()) throw new Error('the walk fails with all filters: run `npm test test/tenants` first');
  for (const { file, line, was, text } of deletions()) {
    if (!file.includes(wanted)) continue;
    const path = join(copy, file);
    const original = readFileSync(path);
    writeFileSync(path, text);
    const passes = walk();
    writeFileSync(path, original);
    count += 1;
    const name = `${file}:${line} ${was}`;
    if (!passes) red.push(name);
    console.log(`${passes ? 'green' : 'red  '} ${name}`);
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
console.log(`${count} filters, each deleted alone: the walk failed for ${red.length}`);
process.exitCode = red.length > 0 && !oneWall ? 1 : 0;
