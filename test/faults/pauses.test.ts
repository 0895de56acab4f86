import { once } from 'node:events';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { inline, readJob, submit } from '../api/submitting.ts';
import { deferred, extractorOf, group, opened } from '../jobs/extractors.ts';
import { type Service, startService } from '../service.ts';
import { standStill } from '../stand-still.ts';
import { recordWarnings } from './warnings.ts';
import { ailing, completeOnce, soon } from './watching.ts';

/** Longer than the silence after which PostgreSQL, Redis or a client counts as dead, in milliseconds. */
const pauseMs = 7_000;

async function backends({ platform }: Service): Promise<number[]> {
  const others = 'SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND client_port IS NOT NULL';
  const rows = await platform.database.query<{ pid: number }>(others, []);
  return rows.map(({ pid }) => pid);
}

it('a paused process closes no connection, loses no job, and logs its pause', async () => {
  const { warnings, logger } = recordWarnings();
  const ended = deferred<void>();
  const extractor = extractorOf(async function* () {
    yield opened(2);
    yield group(1, 1);
    await ended.promise;
    yield group(2, 2);
  });
  await using service = await startService({ overrides: { logger, extractor, keepAliveMs: 1_000 } });
  const { id } = await submit(service, {
    source: await inline('one-page'),
    options: { noProgressSeconds: 5, maxRetries: 0 },
  });
  const socket = new WebSocket(`${service.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  let closed = false;
  socket.on('close', () => {
    closed = true;
  });
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init' }));
  await expect.poll(() => readJob(service, id, 'pagesDone'), soon).toEqual({ pagesDone: 1 });

  const slow = Array.from({ length: 3 }, () => service.platform.database.query('SELECT pg_sleep(3)', []));
  const before = await backends(service);
  // A ping, statements and commands are in progress when the process stops; their replies arrive during the pause.
  await once(socket, 'ping');
  const permits = service.platform.ringer.waiting();
  standStill(pauseMs);
  await Promise.all([...slow, permits]);

  expect(await backends(service)).toEqual(expect.arrayContaining(before));
  ended.resolve();
  await completeOnce(service, [id]);
  expect(closed).toBe(false);
  socket.terminate();
  await expect.poll(() => ailing(service), soon).toEqual([]);
  const paused = warnings.filter(({ msg }) => msg.startsWith('this process was paused'));
  expect(paused.length).toBeGreaterThan(0);
  expect(warnings).toEqual(paused);
});
