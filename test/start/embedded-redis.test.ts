import { statSync } from 'node:fs';
import { join } from 'node:path';
import Queue from 'bee-queue';
import { createClient } from 'redis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRedis } from '../../src/connections/embedded-redis.ts';
import type { EmbeddedServer } from '../../src/connections/embedded-server.ts';
import { isAlive } from '../../src/supervisor/process-identity.ts';
import { recordedProcess, temporaryDirectory } from './running.ts';

const directory = temporaryDirectory();
const options = { dataDir: directory.path, log: () => undefined };
let server: EmbeddedServer;

beforeAll(async () => {
  server = await startRedis(options);
});

afterAll(async () => {
  await server.stop();
  directory[Symbol.dispose]();
});

test('serves bee-queue and the redis client with one URL', async () => {
  const queue = new Queue('permits', { redis: { url: server.url }, isWorker: false, getEvents: false });
  await queue.createJob({}).save();
  await queue.close();
  const client = createClient({ url: server.url });
  await client.connect();
  expect(await client.lLen('bq:permits:waiting')).toBe(1);
  expect(await client.configGet('maxmemory-policy')).toEqual({ 'maxmemory-policy': 'noeviction' });
  expect(await client.configGet('save')).toEqual({ save: '' });
  await client.close();
});

test('requires the password, which only its owner can read', async () => {
  const client = createClient({ url: server.url.replace(/:[^:@]+@/, ':guess@'), socket: { reconnectStrategy: false } });
  client.on('error', () => undefined);
  await expect(client.connect()).rejects.toThrow('WRONGPASS');
  for (const file of ['redis.json', 'redis/redis.conf']) {
    expect(statSync(join(directory.path, file)).mode & 0o777).toBe(0o600);
  }
});

test('replaces a server that another process left, on the same port', async () => {
  const left = recordedProcess(join(directory.path, 'run'), 'redis');
  const { url } = server;
  server = await startRedis(options);
  expect(isAlive(left)).toBe(false);
  expect(server.url).toBe(url);
});

test('uses another port when its own is taken', async () => {
  using elsewhere = temporaryDirectory();
  await server.stop();
  await using squatter = await startRedis({ ...options, dataDir: elsewhere.path, port: server.port });
  server = await startRedis(options);
  expect(server.port).not.toBe(squatter.port);
});
