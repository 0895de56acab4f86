import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EmbeddedServer, EmbeddedServerOptions } from '../connections/embedded-server.ts';
import { lastWords } from '../connections/embedded-server.ts';
import { type SupervisedProcess, startProcess } from '../supervisor/supervised-process.ts';
import { describeExit, type Service } from '../supervisor/supervisor.ts';

/** An embedded server as a service: restarts on the same port, because others know its URL. */
export function embeddedService(
  name: string,
  launch: (options: EmbeddedServerOptions) => Promise<EmbeddedServer>,
  options: EmbeddedServerOptions,
): Service<EmbeddedServer> {
  let port = options.port;
  return {
    name,
    async start(signal) {
      const server = await launch({ ...options, port, signal });
      port = server.port;
      return server;
    },
  };
}

export interface CommandServiceOptions {
  /** The script of the `pagehive` command. */
  entry: string;
  dataDir: string;
  env: Readonly<Record<string, string>>;
  /** A URL that returns 200 once the service is ready. Without it, a running service is ready. */
  readyUrl?: string;
}

/** A command of `pagehive` as a service: `serve`, `work` or `maintain`. */
export function commandService(name: string, { entry, dataDir, env, readyUrl }: CommandServiceOptions): Service {
  return {
    name,
    async start(signal) {
      const logFile = join(dataDir, 'logs', `${name}.log`);
      const child = await startProcess({
        name,
        command: process.execPath,
        args: [...process.execArgv, entry, name],
        inherits: 'all',
        env,
        logFile,
        runDirectory: join(dataDir, 'run'),
        stopSignal: 'SIGTERM',
        // Longer than the 30 s in which work in progress may finish.
        stopMs: 35_000,
        killSignal: 'SIGKILL',
        parentDeath: 'channel',
      });
      if (readyUrl !== undefined) await becomesReady(child, readyUrl, signal, logFile);
      return child;
    },
  };
}

async function becomesReady(
  child: SupervisedProcess,
  url: string,
  signal: AbortSignal,
  logFile: string,
): Promise<void> {
  const ended = new AbortController();
  void child.exited.then((exit) => ended.abort(exit));
  const over = AbortSignal.any([signal, ended.signal]);
  while (!over.aborted) {
    try {
      const response = await fetch(url, { signal: AbortSignal.any([over, AbortSignal.timeout(5_000)]) });
      await response.body?.cancel();
      if (response.ok) return;
    } catch {
      // Not listening yet.
    }
    await sleep(100, undefined, { signal: over }).catch(() => undefined);
  }
  if (!ended.signal.aborted) await child.stop();
  signal.throwIfAborted();
  const exit = describeExit(await child.exited);
  throw new Error(
    `the process ended (${exit}) before it was ready: ${lastWords(child.output(), /error|fatal/i)} (see ${logFile})`,
  );
}
