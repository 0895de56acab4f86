// Prepares a bare clone: packages, generated code, compiled code. Plain JavaScript without dependencies.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLock } from './lock.js';

/** The root of the clone or the installed package, as a URL ending in a slash. */
export const root = new URL('../', import.meta.url);

const directory = fileURLToPath(root);
const path = (...names) => join(directory, ...names);

/** A problem that only the user can fix; the message says how. */
export class BootstrapError extends Error {
  constructor(message) {
    super(message);
    this.name = 'BootstrapError';
  }
}

/** Writes a line of progress, with the seconds since this process started. */
export function report(line) {
  process.stderr.write(`pagehive ${(performance.now() / 1000).toFixed(1).padStart(5)} s  ${line}\n`);
}

/**
 * Does what is missing or outdated, and nothing else. Two processes in one clone do it one after the other.
 * @param {{ build: boolean, log: (line: string) => void }} options `build`: compile to dist/ too
 */
export async function prepare({ build, log }) {
  // Installed from a registry: complete as it is.
  if (!existsSync(path('src'))) return;
  const steps = build ? [packages, generated, compiled] : [packages, generated];
  if (steps.every((step) => step.isFresh())) return;
  await withLock(path('dist', '.bootstrap.lock'), log, async () => {
    for (const step of steps) {
      if (step.isFresh()) continue;
      const since = performance.now();
      log(step.doing);
      await step.run();
      log(`done in ${((performance.now() - since) / 1000).toFixed(1)} s`);
    }
  });
}

const packages = {
  doing: 'installing packages (npm ci); the first time this takes a minute or so',
  stamp: path('node_modules', '.pagehive-packages'),
  isFresh() {
    const wanted = hash(readFileSync(path('package-lock.json')));
    if (readIfThere(this.stamp) === wanted) return existsSync(path('node_modules', 'typescript'));
    // Installed by hand from the current package-lock.json.
    const installed = path('node_modules', '.package-lock.json');
    if (existsSync(this.stamp) || !existsSync(installed) || !existsSync(path('node_modules', 'typescript')))
      return false;
    if (statSync(installed).mtimeMs < statSync(path('package-lock.json')).mtimeMs) return false;
    writeFileSync(this.stamp, wanted);
    return true;
  },
  async run() {
    const wanted = hash(readFileSync(path('package-lock.json')));
    // --include=dev: NODE_ENV=production would leave out the compiler.
    const args = [
      'ci',
      '--include=dev',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
      '--fetch-retry-mintimeout=2000',
    ];
    const { code, output } = await run(...npm(args));
    // The beginning of npm's output shows the cause; a stack trace and the manual may follow.
    const words = output.trim().split('\n').slice(0, 6).join('\n');
    if (code !== 0) throw new BootstrapError(`${words}\n${npmFailure(code, output)}`);
    writeFileSync(this.stamp, wanted);
  },
};

const generated = {
  doing: 'generating the database client (prisma generate)',
  stamp: path('node_modules', '.pagehive-generated'),
  wanted: () => hash(readFileSync(path('prisma', 'schema.prisma')), readFileSync(path('package-lock.json'))),
  isFresh() {
    const output = path('src', 'connections', 'prisma');
    return existsSync(join(output, 'client.ts')) && readIfThere(this.stamp) === this.wanted();
  },
  async run() {
    const wanted = this.wanted();
    const { code, output } = await run(
      process.execPath,
      [path('node_modules', 'prisma', 'build', 'index.js'), 'generate'],
      {
        // `generate` only checks that there is a migration engine, which many networks cannot download: any program
        // will do.
        PRISMA_SCHEMA_ENGINE_BINARY: process.env.PRISMA_SCHEMA_ENGINE_BINARY || process.execPath,
        // Generators are programs of other packages.
        PATH: `${path('node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}`,
        PRISMA_HIDE_UPDATE_MESSAGE: '1',
        CHECKPOINT_DISABLE: '1',
        NO_COLOR: '1',
      },
    );
    if (code !== 0) throw new BootstrapError(`${output}\nprisma generate failed (exit code ${code}), see above`);
    writeFileSync(this.stamp, wanted);
  },
};

const compiled = {
  doing: 'compiling (tsc)',
  stamp: path('dist', '.pagehive-compiled'),
  wanted() {
    const files = ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json', ...sources('src')];
    return hash(
      ...files.map((file) => {
        const { size, mtimeMs } = statSync(path(file));
        return `${file} ${size} ${mtimeMs}\n`;
      }),
    );
  },
  isFresh() {
    return existsSync(path('dist', 'cli.js')) && readIfThere(this.stamp) === this.wanted();
  },
  async run() {
    // Taken before compiling: files saved meanwhile are compiled the next time.
    const wanted = this.wanted();
    const tsc = path('node_modules', 'typescript', 'bin', 'tsc');
    const { code, output } = await run(process.execPath, [tsc, '-p', 'tsconfig.build.json']);
    if (code !== 0) throw new BootstrapError(`${output}\nThe sources do not compile, see above`);
    removeOrphans();
    writeFileSync(this.stamp, wanted);
  },
};

/** Deletes compiled files without a source. The compiler keeps them, and a wrong path would still find them. */
function removeOrphans() {
  for (const file of filesIn('dist')) {
    const source = file.replace(/^dist/, 'src').replace(/(?:\.d\.ts|\.js|\.js\.map)$/, '.ts');
    if (source.endsWith('.ts') && !existsSync(path(source))) rmSync(path(file));
  }
}

function sources(folder) {
  return filesIn(folder)
    .filter((file) => file.endsWith('.ts'))
    .sort();
}

/** Returns the paths of all files of a folder, relative to the root. */
function filesIn(folder) {
  return readdirSync(path(folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length));
}

/** The npm that runs this script, if any, else the one on PATH. */
function npm(args) {
  const own = process.env.npm_execpath;
  return own !== undefined && basename(own) === 'npm-cli.js' ? [process.execPath, [own, ...args]] : ['npm', args];
}

function npmFailure(code, output) {
  if (code === 'ENOENT') return 'npm is not on PATH: install it together with Node.js, then try again';
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT|network/i.test(output)) {
    return 'npm cannot reach its registry, see above. Check the network; behind a proxy: npm config set proxy URL && npm config set https-proxy URL';
  }
  if (/E401|E403|E407/.test(output)) {
    return 'npm was refused by its registry or proxy, see above. Check the credentials in ~/.npmrc';
  }
  if (/CERT|certificate/i.test(output)) {
    return 'npm does not trust the certificate of its registry or proxy, see above. Name your own authority: npm config set cafile FILE';
  }
  if (/ENOSPC/.test(output)) return 'The disk is full; make room, then try again';
  return `npm ci failed (exit code ${code}), see above`;
}

/** Runs a program and captures its output, which is shown only if it fails. */
function run(command, args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: directory,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    child.once('error', (error) => resolve({ code: error.code, output }));
    child.once('close', (code, signal) => resolve({ code: code ?? signal, output }));
  });
}

function readIfThere(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

function hash(...parts) {
  const sum = createHash('sha256');
  for (const part of parts) sum.update(part);
  return sum.digest('hex');
}
