import { createClient } from 'redis';
import { startRedis } from '../../src/connections/embedded-redis.ts';
import { temporaryDirectory } from '../start/running.ts';

/** A Redis for one test file, which may break it. The other Redis is shared. */
export interface OwnRedis extends AsyncDisposable {
  readonly url: string;
  /** Kills it with SIGKILL. */
  kill(): Promise<void>;
  /** Starts it on the same port, empty. */
  start(): Promise<void>;
  setPassword(password: string): Promise<void>;
  /** Runs a command on a dedicated connection. */
  command(...words: string[]): Promise<unknown>;
}

export async function startOwnRedis(): Promise<OwnRedis> {
  const directory = temporaryDirectory();
  const options = { dataDir: directory.path, log: () => undefined };
  let server = await startRedis(options);
  const { url, port } = server;
  const address = new URL(url);
  async function command(...words: string[]): Promise<unknown> {
    const client = createClient({ url: address.href });
    await client.connect();
    try {
      return await client.sendCommand(words);
    } finally {
      client.destroy();
    }
  }
  return {
    url,
    command,
    async setPassword(next) {
      await command('CONFIG', 'SET', 'requirepass', next);
      address.password = next;
    },
    async kill() {
      server.kill();
      await server.exited;
    },
    async start() {
      server = await startRedis({ ...options, port });
    },
    async [Symbol.asyncDispose]() {
      await server.stop();
      directory[Symbol.dispose]();
    },
  };
}
