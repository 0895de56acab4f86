import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { type Directory, journalLines, temporaryDirectory } from './running.ts';

const bin = fileURLToPath(new URL('../../bin', import.meta.url));

// Stand-ins for npm, prisma and tsc: each records that it ran and creates what the real one would create.
const note = (line: string) => `require('node:fs').appendFileSync('journal', ${JSON.stringify(line)} + '\\n');`;
const files = (entries: Record<string, string>) =>
  Object.entries(entries)
    .map(
      ([path, text]) =>
        `require('node:fs').mkdirSync(${JSON.stringify(dirname(path))}, { recursive: true });` +
        `require('node:fs').writeFileSync(${JSON.stringify(path)}, ${JSON.stringify(text)});`,
    )
    .join('\n');
const cli = "console.log('cli', ...process.argv.slice(2))";
const tsc = `${note('tsc')} ${files({ 'dist/cli.js': cli })}`;
const prisma = `${note('prisma')} ${files({ 'src/connections/prisma/client.ts': '' })}`;
const npm = `${note('npm')}
  if (process.env.OFFLINE) { console.error('npm error code ENOTFOUND'); process.exit(1); }
  ${files({ 'node_modules/typescript/bin/tsc': tsc, 'node_modules/prisma/build/index.js': prisma })}`;

function bareClone(): Directory {
  const clone = temporaryDirectory();
  cpSync(bin, join(clone.path, 'bin'), { recursive: true });
  const contents = {
    'package.json': '{"type":"module"}',
    'package-lock.json': '{}',
    'tsconfig.json': '{}',
    'tsconfig.build.json': '{}',
    'prisma/schema.prisma': '',
    'src/cli.ts': '',
    'tools/npm-cli.js': npm,
    'tools/package.json': '{}',
  };
  for (const [path, text] of Object.entries(contents)) {
    mkdirSync(dirname(join(clone.path, path)), { recursive: true });
    writeFileSync(join(clone.path, path), text);
  }
  return clone;
}

async function pagehive(clone: Directory, env: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['bin/pagehive.js', 'hello'], {
    cwd: clone.path,
    // Node.js treats the stand-ins as CommonJS, because their package.json declares no modules.
    env: { ...process.env, npm_execpath: join(clone.path, 'tools/npm-cli.js'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (text) => (output.stdout += text));
  child.stderr.on('data', (text) => (output.stderr += text));
  const [code] = await once(child, 'close');
  return { code, ...output, ran: journalLines(join(clone.path, 'journal')) };
}

test('prepares a fresh clone and runs the CLI, reporting its steps on standard error', async () => {
  using clone = bareClone();
  const { code, stdout, stderr, ran } = await pagehive(clone);
  expect({ code, stdout, ran }).toEqual({ code: 0, stdout: 'cli hello\n', ran: ['npm', 'prisma', 'tsc'] });
  expect(stderr).toMatch(/installing packages.*generating.*compiling/s);
});

test('does nothing more when nothing has changed', async () => {
  using clone = bareClone();
  await pagehive(clone);
  const { stdout, stderr, ran } = await pagehive(clone);
  expect({ stdout, stderr, ran }).toEqual({ stdout: 'cli hello\n', stderr: '', ran: ['npm', 'prisma', 'tsc'] });
});

test('repeats only the steps that a change requires', async () => {
  using clone = bareClone();
  await pagehive(clone);
  for (const [path, expected] of [
    ['src/cli.ts', ['tsc']],
    ['prisma/schema.prisma', ['prisma', 'tsc']],
    ['package-lock.json', ['npm', 'prisma', 'tsc']],
  ] as const) {
    rmSync(join(clone.path, 'journal'));
    writeFileSync(join(clone.path, path), `${readFileSync(join(clone.path, path), 'utf8')} \n`);
    expect((await pagehive(clone)).ran).toEqual(expected);
  }
});

test('removes only the output of deleted sources', async () => {
  using clone = bareClone();
  await pagehive(clone);
  mkdirSync(join(clone.path, 'dist/gone'));
  for (const file of ['gone/old.js', 'gone/old.js.map', 'gone/old.d.ts', '.tsbuildinfo']) {
    writeFileSync(join(clone.path, 'dist', file), '');
  }
  writeFileSync(join(clone.path, 'src/cli.ts'), `${readFileSync(join(clone.path, 'src/cli.ts'), 'utf8')} \n`);
  expect((await pagehive(clone)).code).toBe(0);
  expect(readdirSync(join(clone.path, 'dist/gone'))).toEqual([]);
  expect(readdirSync(join(clone.path, 'dist'))).toEqual(expect.arrayContaining(['.tsbuildinfo', 'cli.js']));
});

test('does the work once for concurrent runs in one clone', async () => {
  using clone = bareClone();
  const results = await Promise.all([pagehive(clone), pagehive(clone), pagehive(clone)]);
  expect(results.map(({ stdout }) => stdout)).toEqual(['cli hello\n', 'cli hello\n', 'cli hello\n']);
  expect(journalLines(join(clone.path, 'journal'))).toEqual(['npm', 'prisma', 'tsc']);
});

test('is not blocked by the lock of a killed run', async () => {
  using clone = bareClone();
  mkdirSync(join(clone.path, 'dist'));
  writeFileSync(join(clone.path, 'dist/.bootstrap.lock'), JSON.stringify({ pid: process.pid, started: 'long ago' }));
  expect((await pagehive(clone)).code).toBe(0);
});

test('explains what to do when npm cannot reach its registry', async () => {
  using clone = bareClone();
  const { code, stderr, stdout } = await pagehive(clone, { OFFLINE: '1' });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/npm cannot reach its registry.*npm config set proxy/);
});

test('runs the CLI at once when it is installed from a registry', async () => {
  using clone = bareClone();
  rmSync(join(clone.path, 'src'), { recursive: true });
  mkdirSync(join(clone.path, 'dist'));
  writeFileSync(join(clone.path, 'dist/cli.js'), cli);
  const { stdout, stderr } = await pagehive(clone);
  expect({ stdout, stderr }).toEqual({ stdout: 'cli hello\n', stderr: '' });
});
