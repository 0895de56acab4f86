import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createClient } from 'redis';
import { vi } from 'vitest';
import { provideRedis } from '../../src/connections/embedded-redis-program.ts';
import { freePort } from '../../src/connections/embedded-server.ts';
import { temporaryDirectory } from '../start/running.ts';

/** A node of a Redis cluster, at first without slots. */
export interface ConfiguredRedis extends AsyncDisposable {
  readonly url: string;
  command(...words: string[]): Promise<unknown>;
}

/** Starts a Redis with these command-line options. */
export async function startConfiguredRedis(...configuration: string[]): Promise<ConfiguredRedis> {
  const directory = temporaryDirectory();
  const port = String(await freePort());
  const program = await provideRedis(() => undefined);
  const options = ['--port', port, '--bind', '127.0.0.1', '--save', '', ...configuration];
  const server = spawn(program.command, options, { argv0: program.argv0, cwd: directory.path, stdio: 'ignore' });
  const ended = once(server, 'exit');
  const url = `redis://127.0.0.1:${port}`;
  async function command(...words: string[]): Promise<unknown> {
    const client = createClient({ url, socket: { reconnectStrategy: false } });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await client.sendCommand(words);
    } finally {
      client.destroy();
    }
  }
  await vi.waitFor(() => command('PING'), { timeout: 60_000 });
  return {
    url,
    command,
    async [Symbol.asyncDispose]() {
      server.kill('SIGTERM');
      await ended;
      directory[Symbol.dispose]();
    },
  };
}
