import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultTenantId } from '../../src/api/context.ts';
import { decodeId } from '../../src/ids.ts';
import { progressOf } from '../../src/job-row/job.ts';
import { jobSubject } from '../../src/progress/hub.ts';
import { createMessages } from '../../src/progress/messages.ts';
import { jobChannel } from '../../src/progress/publish.ts';
import type { Cursor, ProgressState } from '../../src/progress/state.ts';
import { Watcher } from '../../src/progress/watcher.ts';
import { insertJob } from '../api/rows.ts';
import { ended, inline, submit } from '../api/submitting.ts';
import { group, opened, stepwise } from '../jobs/extractors.ts';
import { type Service, startService } from '../service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

function watch(id: string, after: Cursor | null = null) {
  return service.api.hub.watchJob(defaultTenantId, decodeId('job', id) ?? '', after);
}

describe('a subscriber that stops reading for a while', () => {
  it('then gets every transition and the newest update, not a queue of old ones', async () => {
    const pages = 40;
    const extractor = stepwise(
      opened(pages),
      ...Array.from({ length: pages }, (_, index) => group(index + 1, index + 1)),
    );
    await service.startWorker({ extractor });
    const { id } = await submit(service, { source: await inline('one-page') });
    const slow = watch(id);
    await slow.next();
    const quick: ProgressState[] = [];
    const reading = (async () => {
      for await (const state of watch(id)) {
        quick.push(state);
        extractor.step();
      }
    })();
    for (let n = 0; n < pages; n += 1) extractor.step();
    await ended(service, id);
    await reading;
    await service.stopWorker();
    const rest: ProgressState[] = [];
    for await (const state of slow) rest.push(state);
    // At most one update between two transitions.
    expect(rest.length).toBeLessThanOrEqual(4);
    expect(rest.at(-1)).toMatchObject({ status: 'COMPLETED', percent: 100, pagesDone: pages });
    expect(quick.at(-1)).toEqual(rest.at(-1));
    for (const [index, { revision, seq, percent }] of rest.slice(1).entries()) {
      const before = rest[index];
      expect(revision * 1e6 + seq).toBeGreaterThan((before?.revision ?? 0) * 1e6 + (before?.seq ?? 0));
      expect(percent).toBeGreaterThanOrEqual(before?.percent ?? 0);
    }
  });
});

describe('a new subscriber', () => {
  it('gets no state older than others of the same process have seen, however late Redis delivers it', async () => {
    const { database, redis, config, secrets } = service.platform;
    const { id } = await submit(service, { source: await inline('one-page') });
    const first = watch(id);
    const { value: old } = await first.next();
    // Nothing is published: the hub reads the change from PostgreSQL.
    await database.query(`UPDATE jobs SET revision = 5 WHERE status = 'PENDING'`, []);
    const { value: current } = await first.next();
    expect(current).toMatchObject({ revision: 5 });
    // The lock keeps the new subscriber from reading a snapshot.
    const blocker = new pg.Client({ connectionString: config.databaseUrl ?? undefined });
    await blocker.connect();
    await blocker.query('BEGIN; LOCK TABLE jobs IN ACCESS EXCLUSIVE MODE');
    const newcomer = watch(id);
    const channel = jobChannel(config.redisPrefix, defaultTenantId, decodeId('job', id) ?? '');
    const messages = createMessages(secrets);
    await redis.publish(channel, messages.write(channel, { ...old, seq: 7 }));
    await redis.publish(channel, messages.write(channel, { ...current, seq: 1, percent: 50 }));
    expect((await newcomer.next()).value).toMatchObject({ revision: 5, seq: 1, percent: 50 });
    await blocker.query('COMMIT');
    await blocker.end();
    await database.query('DELETE FROM jobs', []);
    await newcomer.return?.();
    await first.return?.();
  });
});

describe('a subscriber with a cursor from the future', () => {
  it('does not hide the current state from others', async () => {
    const { id } = await submit(service, { source: await inline('one-page') });
    const confused = watch(id, { revision: 1_000_000, seq: 0 });
    const other = watch(id);
    expect((await other.next()).value).toMatchObject({ revision: 1, status: 'PENDING' });
    await service.platform.database.query('DELETE FROM jobs', []);
    await other.return?.();
    await confused.return?.();
  });
});

describe('many subscribers of one job', () => {
  it('share one channel, and each gets the final event once', async () => {
    const { id } = await submit(service, { source: await inline('one-page') });
    const watchers = Array.from({ length: 200 }, () => watch(id));
    for (const watcher of watchers) await watcher.next();
    expect(service.api.hub.watched).toBe(1);
    const { redis, config } = service.platform;
    expect(await redis.pubSubChannels(`${config.redisPrefix}:progress:*`)).toHaveLength(1);
    const extractor = stepwise(opened(1), group(1, 1));
    extractor.step();
    extractor.step();
    await service.startWorker({ extractor });
    for (const watcher of watchers) {
      const statuses = [];
      for await (const { status } of watcher) statuses.push(status);
      expect(statuses.filter((status) => status === 'COMPLETED')).toHaveLength(1);
      expect(statuses.at(-1)).toBe('COMPLETED');
    }
    await service.stopWorker();
    expect(service.api.hub.watched).toBe(0);
  });

  it('may join and leave while others stay', async () => {
    const { id } = await submit(service, { source: await inline('one-page'), runAt: new Date(Date.now() + 3_600_000) });
    const stays = watch(id);
    await stays.next();
    for (let n = 0; n < 50; n += 1) {
      const visitor = watch(id);
      if (n % 2) await visitor.next();
      await visitor.return?.();
      await visitor.return?.();
    }
    expect(service.api.hub.watched).toBe(1);
    await stays.return?.();
    expect(service.api.hub.watched).toBe(0);
    expect(await stays.next()).toEqual({ value: undefined, done: true });
  });
});

describe('a subscriber of all jobs that stops reading for days', () => {
  it('keeps the newest ten thousand states, in order', async () => {
    const watcher = new Watcher({ subject: jobSubject, endsWhenFinal: false, release: () => {} });
    const { uuid } = await insertJob(service);
    const state = progressOf(await service.platform.database.prisma.job.findUniqueOrThrow({ where: { id: uuid } }));
    for (let n = 0; n < 10_500; n += 1) watcher.push({ ...state, jobId: `job ${n}` });
    watcher.end();
    const left = [];
    for await (const { jobId } of watcher) left.push(jobId);
    expect(left).toHaveLength(10_000);
    expect([left.at(0), left.at(-1)]).toEqual(['job 500', 'job 10499']);
  });
});
