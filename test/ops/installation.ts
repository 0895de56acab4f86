import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';
import { embeddedApiUrl } from '../../src/connections/embedded-postgres.ts';
import { freePort } from '../../src/connections/embedded-server.ts';
import { createDatabase } from '../service.ts';

/** Compiled, as operators run it. */
const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

const commands = ['serve', 'work', 'maintain'] as const;

export type Command = (typeof commands)[number];

interface Running {
  child: ChildProcess;
  exited: Promise<unknown>;
}

/** The three processes of an installation, as operators run them, with a database of their own. */
export interface Installation extends AsyncDisposable {
  url: string;
  databaseUrl: string;
  redisPrefix: string;
  /** Returns everything that the processes of this command, or of all commands, have logged so far. */
  log(command?: Command): string;
  /** Returns the metrics of a process. */
  scrape(command: Command): Promise<string>;
  /** Kills a process at once. */
  kill(command: Command): Promise<void>;
  /** Starts a process, and waits until it is ready. */
  start(command: Command): Promise<void>;
}

/** Starts an installation. Disposal stops its processes and waits for their ends. */
export async function startInstallation(env: Record<string, string> = {}): Promise<Installation> {
  const database = await createDatabase();
  const dataDir = mkdtempSync(join(tmpdir(), 'pagehive-installation-'));
  const redisPrefix = `{test-${randomUUID()}}`;
  let port = await freePort();
  const metricsPorts = new Map<Command, number>();
  const running = new Map<Command, Running>();
  const logs: Record<Command, string> = { serve: '', work: '', maintain: '' };

  /** Starts a process. Returns false if a port was taken by another program meanwhile. */
  async function tryStart(command: Command): Promise<boolean> {
    const metricsPort = await freePort();
    metricsPorts.set(command, metricsPort);
    const child = spawn(process.execPath, [cli, command], {
      env: {
        ...process.env,
        DATABASE_URL: database.url,
        DATABASE_API_URL: embeddedApiUrl(database.url),
        REDIS_URL: inject('redisUrl'),
        REDIS_PREFIX: redisPrefix,
        DATA_DIR: dataDir,
        PORT: String(port),
        METRICS_PORT: String(metricsPort),
        CONCURRENCY: '2',
        ...env,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const exited = once(child, 'close');
    running.set(command, { child, exited });
    const before = logs[command].length;
    const written = () => logs[command].slice(before);
    child.stderr.setEncoding('utf8').on('data', (text) => {
      logs[command] += text;
    });
    while (!written().includes('"ready"')) {
      if (child.exitCode !== null) {
        if (written().includes('is taken by another program')) return false;
        throw new Error(`${command} ended: ${written()}`);
      }
      await Promise.race([once(child.stderr, 'data'), exited]);
    }
    return true;
  }

  async function start(command: Command): Promise<void> {
    while (!(await tryStart(command))) if (command === 'serve') port = await freePort();
  }

  async function end(command: Command, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const ending = running.get(command);
    running.delete(command);
    ending?.child.kill(signal);
    await ending?.exited;
  }

  async function close(): Promise<void> {
    await Promise.all(commands.map((command) => end(command, 'SIGTERM')));
    await database.drop();
    rmSync(dataDir, { recursive: true, force: true });
  }

  try {
    // The first process creates the installation.
    await start('serve');
    await Promise.all([start('work'), start('maintain')]);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    url: `http://127.0.0.1:${port}`,
    databaseUrl: database.url,
    redisPrefix,
    log: (command) => (command === undefined ? Object.values(logs).join('') : logs[command]),
    async scrape(command) {
      const response = await fetch(`http://127.0.0.1:${metricsPorts.get(command)}/metrics`);
      return await response.text();
    },
    kill: (command) => end(command, 'SIGKILL'),
    start,
    [Symbol.asyncDispose]: close,
  };
}
