import { execFile, spawnSync } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { z } from 'zod';
import { possibleSandboxes } from '../../src/pdf/process/sandbox.ts';
import { newPool } from './extracting.ts';
import { attack, fileBytes, hostilePool, script, type Try } from './hostile.ts';

/** What a worker's machine holds: DATA_DIR with a key and the document of another tenant, sockets, an environment. */
const dataDir = mkdtempSync(join(tmpdir(), 'pagehive-test-'));
const secret = join(dataDir, 'secret.key');
const foreign = join(dataDir, 'storage', 'foreign.pdf');
const outside = join(tmpdir(), `pagehive-hostile-${process.pid}`);
const socketPath = join(dataDir, 'socket');
const abstractSocket = `\0pagehive-hostile-${process.pid}`;
const servers: Server[] = [];

beforeAll(async () => {
  mkdirSync(join(dataDir, 'storage'), { mode: 0o700 });
  writeFileSync(secret, 'the master key', { mode: 0o600 });
  writeFileSync(foreign, 'the document of another tenant', { mode: 0o600 });
  for (const path of [socketPath, ...(process.platform === 'linux' ? [abstractSocket] : [])]) {
    const server = createServer((socket) => socket.destroy());
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(path, resolve));
  }
});

afterAll(async () => {
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
  rmSync(dataDir, { recursive: true });
  rmSync(outside, { force: true });
});

const attempts = z.record(z.string(), z.looseObject({ done: z.boolean().optional() }).nullable());

function portOf(name: 'postgresUrl' | 'redisUrl'): number {
  return Number(new URL(inject(name)).port);
}

const network: Try[] = [
  ['PostgreSQL', 'connect', { host: '127.0.0.1', port: portOf('postgresUrl') }],
  ['Redis', 'connect', { host: '127.0.0.1', port: portOf('redisUrl') }],
  ['an abstract socket', 'connect', { path: abstractSocket }],
];

const everything: Try[] = [
  ...network,
  ['a socket in DATA_DIR', 'connect', { path: socketPath }],
  ["the worker's environment", 'read', `/proc/${process.pid}/environ`],
  ["the worker's memory", 'read', `/proc/${process.pid}/mem`],
  ["the parent's environment", 'read', '/proc/1/environ'],
  ['a signal to the worker', 'signal', [process.pid, 0]],
  ['the master key', 'read', secret],
  ['DATA_DIR', 'list', dataDir],
  ['the document of another tenant', 'read', foreign],
  ['a link to the document of another tenant', 'link', [foreign, 'SCRATCH/link']],
  ['another document in place of its input', 'write', 'DOCUMENT'],
  ['the removal of its input', 'remove', 'DOCUMENT'],
  ['a file beside its input', 'write', 'DOCUMENT.more'],
  ['a file beside its own', 'write', 'SCRATCH/more'],
  ['a link in place of its own file', 'symlink', [secret, 'SCRATCH/more']],
  ['the removal of its own file', 'remove', 'SCRATCH/images'],
  ['a file elsewhere', 'write', outside],
  ['a change of the program', 'write', fileURLToPath(new URL('../../package.json', import.meta.url))],
  ['the list of users', 'read', '/etc/passwd'],
  ['a file of any size', 'fill', ['SCRATCH/images', 4 * fileBytes]],
  ['any number of open files', 'openMany', ['DOCUMENT', 5_000]],
];

const all = possibleSandboxes('auto');

/** What still works at a level: the table in docs/security.md says the same. */
const allowed: Record<string, string[]> = {
  NAMESPACES: [],
  USER: network.map(([name]) => name),
  PROCESS: [
    ...network.map(([name]) => name),
    ...['a socket in DATA_DIR', 'a signal to the worker', 'the removal of its own file'],
  ],
};

describe.each(all)('a hostile extractor at level $level (own user: $hasUser)', (sandbox) => {
  test('achieves nothing but what the level allows', async () => {
    await using pool = hostilePool(sandbox, dataDir);
    await pool.start();
    expect(pool.sandbox).toBe(sandbox.level);
    const found = attempts.parse(await attack(pool, everything));
    const done = everything.map(([name]) => name).filter((name) => found[name]?.done);
    expect(done).toEqual(allowed[sandbox.level]);
  });

  test('has nothing of the environment of the worker', async () => {
    await using pool = hostilePool(sandbox, dataDir);
    const { environment } = await attack(pool, [['environment', 'environment']]);
    expect(
      Object.keys(environment.value)
        .filter((name) => !['PWD', 'OLDPWD', '_', 'SHLVL'].includes(name))
        .sort(),
    ).toEqual(['HOME', 'MALLOC_ARENA_MAX', 'PATH']);
  });

  test('never gets the documents of two owners', async () => {
    await using pool = hostilePool(sandbox, dataDir);
    const first = await attack(pool, []);
    const again = await attack(pool, [['its first document', 'read', first.paths.document]]);
    expect(again.remembered).toBe(first.paths.document);
    const other = await attack(pool, [], 'other tenant');
    expect(other.remembered).toBe(null);
  });

  test('leaves no file and no process behind', async () => {
    const marker = `hostile-${sandbox.level}-${sandbox.hasUser}`;
    const sleeper = [process.execPath, '-e', 'setInterval(() => {}, 1000)', marker];
    {
      await using pool = hostilePool(sandbox, dataDir);
      const found = await attack(pool, [['a process', 'run', sleeper]]);
      // The permission model of Node.js, which the other levels add, forbids even to start one.
      expect(found['a process'].done).toBe(sandbox.level === 'NAMESPACES');
    }
    expect(readdirSync(join(dataDir, 'scratch'))).toEqual([]);
    if (process.platform === 'linux') expect(commandLines().filter((line) => line.includes(marker))).toEqual([]);
  });
});

test.runIf(process.platform === 'linux')(
  'a hostile extractor cannot end the first process of its namespaces',
  async () => {
    const [strongest] = all;
    await using pool = hostilePool(strongest, dataDir);
    const signals: Try[] = ['SIGKILL', 'SIGSTOP', 'SIGTERM', 'SIGSEGV'].map((signal) => [
      signal,
      'signal',
      [1, signal],
    ]);
    const group: Try[] = [['its group', 'signal', [0, 'SIGTERM']]];
    await attack(pool, [...signals, ...group]);
    expect(await attack(pool, [['its ids', 'ids']])).toMatchObject({ 'its ids': { value: { ppid: 1 } } });
  },
);

test.runIf(process.platform === 'linux').each(all.filter(({ level }) => level === 'NAMESPACES'))(
  'a hostile extractor gets no privileges by programs of the system (own user: $hasUser)',
  async (sandbox) => {
    await using pool = newPool({ sandboxes: [sandbox], script, readable: ['/usr/bin', '/usr/sbin'] });
    const programs = [
      ['/usr/bin/true'],
      ['/usr/bin/unshare', '--user', '/usr/bin/true'],
      ['/usr/bin/unshare', '--mount', '/usr/bin/true'],
      ['/usr/bin/unshare', '--net', '/usr/bin/true'],
      ['/usr/bin/setpriv', '--reuid=0', '--clear-groups', '/usr/bin/true'],
      ['/usr/bin/mount', '-t', 'proc', 'proc', '/out'],
      ['/usr/sbin/chroot', '/in', '/usr/bin/true'],
    ];
    const tries = programs.map((program): Try => [program.join(' '), 'exitCode', program]);
    const found = await attack(pool, tries);
    const successful = programs.map((program) => program.join(' ')).filter((name) => found[name].value === 0);
    expect(successful).toEqual(['/usr/bin/true']);
  },
);

test.runIf(process.getuid?.() === 0)('an ordinary user gets namespaces where the system lets users create them', () => {
  const user = ['setpriv', '--reuid=54321', '--regid=54321', '--clear-groups'];
  const [command = '', ...args] = user;
  const offered = spawnSync(command, [...args, 'unshare', '--user', '--map-root-user', '--mount', '--net', 'true']);
  const owned = join(tmpdir(), `pagehive-owned-${process.pid}`);
  writeFileSync(owned, 'a file of the same user', { mode: 0o600 });
  chownSync(owned, 54_321, 54_321);
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const script = fileURLToPath(new URL('./stand-ins/ordinary-user.ts', import.meta.url));
  const node = [...args, process.execPath, '--import', loader, script, owned];
  const { stdout } = spawnSync(command, node, {
    encoding: 'utf8',
    env: { TSX_DISABLE_CACHE: '1', HOME: '/', PATH: process.env.PATH },
  });
  rmSync(owned);
  const level = offered.status === 0 ? 'NAMESPACES' : 'PROCESS';
  expect(JSON.parse(stdout)).toMatchObject({ level, pages: 1, file: { done: false } });
});

test.each([...all, { level: 'OFF', hasUser: false } as const])(
  'the compiled extractor reads with every engine at level $level (own user: $hasUser)',
  async ({ level, hasUser }) => {
    const script = fileURLToPath(new URL('./stand-ins/compiled.js', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [script, level, String(hasUser)]);
    expect(JSON.parse(stdout)).toMatchObject({
      level,
      ...{ pdfium: { pages: 1 }, pdfjs: { pages: 1 }, attachments: { files: 1 }, images: { files: 1 } },
      ocr: { ocr: expect.stringMatching(/^(READ|NOTHING_FOUND)$/) },
    });
  },
);

function commandLines(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      } catch {
        return '';
      }
    });
}
