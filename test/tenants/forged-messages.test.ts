import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batchStateOf } from '../../src/batches/batch.ts';
import { createSecrets } from '../../src/connections/secrets.ts';
import { encodeId, newUuid } from '../../src/ids.ts';
import { progressOf } from '../../src/job-row/job.ts';
import { createMessages } from '../../src/progress/messages.ts';
import { batchChannel, createPublisher, jobChannel } from '../../src/progress/publish.ts';
import type { ProgressState } from '../../src/progress/state.ts';
import { waitingKey } from '../../src/queue/bee.ts';
import { insertJob, insertPages, insertTenant, type Row } from '../api/rows.ts';
import { endedJob, inline, submit } from '../api/submitting.ts';
import { eventsOf, type GraphqlAnswer } from '../graphql.ts';
import { bearer, issueKey } from '../keys/asking.ts';
import { type Service, startService } from '../service.ts';

let service: Service;
let mine: string;
let theirs: string;
let myKey: string;
let myJob: Row;
let theirJob: Row;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
  mine = await insertTenant(service, 'mine');
  theirs = await insertTenant(service, 'theirs');
  myKey = bearer(await issueKey(service, ['READ'], { tenantId: mine }));
  myJob = await insertJob(service, { tenantId: mine, name: 'mine' });
  theirJob = await insertJob(service, { tenantId: theirs, status: 'COMPLETED', name: 'their secret' });
  await insertPages(service, theirJob, ['Their secret.'], theirs);
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

async function watch(query: string): Promise<AsyncGenerator<GraphqlAnswer>> {
  const response = await fetch(`${service.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: myKey },
    body: JSON.stringify({ query }),
  });
  if (response.body === null) throw new Error('no stream');
  return eventsOf(response.body);
}

/** The state of a job of mine or theirs, with changes. */
async function stateOf(row: Row, changes: Partial<ProgressState> = {}): Promise<ProgressState> {
  const job = await service.platform.database.prisma.job.findUniqueOrThrow({ where: { id: row.uuid } });
  return { ...progressOf(job), ...changes };
}

/** Publishes the states as a process of this installation does. */
function publisher() {
  const { redis, secrets } = service.platform;
  return createPublisher(redis, service.config.redisPrefix, createMessages(secrets));
}

/** Messages that no process of this installation has sent on this channel. `state` would be news to its subscribers. */
function forgeries(channel: string, state: object): string[] {
  const { secrets } = service.platform;
  const text = JSON.stringify(state);
  const genuine = createMessages(secrets).write(channel, state);
  const code = genuine.slice(0, genuine.indexOf('{'));
  const ofOthers = createMessages(createSecrets(randomBytes(32)));
  return [
    ...['', '{', 'null', '7', '[]', '{}', '"', '\0', '\uFFFD', 'x'.repeat(100_000), '['.repeat(100_000)],
    text,
    code,
    `${code}${text} `,
    `${code}${JSON.stringify({ ...state, revision: 123_456 })}`,
    `${'A'.repeat(code.length)}${text}`,
    genuine.slice(0, -1),
    genuine.slice(1),
    ` ${genuine}`,
    ofOthers.write(channel, state),
    // Genuine on another channel.
    createMessages(secrets).write(`${channel}x`, state),
    createMessages(secrets).write(channel.replace(mine, theirs), state),
    `${secrets.digest('progress message', text)}${text}`,
  ];
}

const forge = (channel: string, message: string) => service.platform.redis.publish(channel, message);

describe('a forged message', () => {
  // Each would end the subscription, show a wrong state, or hide what follows.
  const lies: Partial<ProgressState>[] = [
    { revision: 1, seq: 5, percent: 50 },
    { revision: 9, status: 'RUNNING' },
    { revision: 999_999_999, status: 'COMPLETED', percent: 100 },
    { revision: 2, status: 'CANCELLED' },
  ];

  it.each([
    ['jobProgress', () => `subscription { jobProgress(id: "${myJob.id}") { revision status } }`, true],
    ['jobUpdates', () => 'subscription { jobUpdates { revision status } }', false],
  ])('on the channel of a job is ignored by %s', async (field, query, hasSnapshot) => {
    myJob = await insertJob(service, { tenantId: mine, name: 'mine' });
    const events = await watch(query());
    if (hasSnapshot) expect((await events.next()).value.data[field]).toEqual({ revision: 1, status: 'PENDING' });
    const channel = jobChannel(service.config.redisPrefix, mine, myJob.uuid);
    if (!hasSnapshot) await expect.poll(() => forge(channel, '')).toBe(1);
    for (const lie of lies) {
      for (const message of forgeries(channel, await stateOf(myJob, lie))) await forge(channel, message);
    }
    for (const message of forgeries(channel, await stateOf(theirJob))) await forge(channel, message);
    // The next event is the next true state: no message has moved a fence.
    const { prisma } = service.platform.database;
    await prisma.job.update({ where: { id: myJob.uuid }, data: { revision: 2 } });
    publisher().publish(await stateOf(myJob));
    expect((await events.next()).value.data[field]).toEqual({ revision: 2, status: 'PENDING' });
    await events.return(undefined);
    // Nor for subscribers who come later.
    const later = await watch(`subscription { jobProgress(id: "${myJob.id}") { revision status } }`);
    expect((await later.next()).value.data.jobProgress).toEqual({ revision: 2, status: 'PENDING' });
    await later.return(undefined);
  });

  it('on the channel of a batch is ignored', async () => {
    const { prisma } = service.platform.database;
    const id = newUuid();
    const row = await prisma.batch.create({ data: { id, tenantId: mine, total: 1, pending: 1 } });
    const events = await watch(
      `subscription { batchProgress(id: "${encodeId('batch', id)}") { revision status completed } }`,
    );
    const first = (await events.next()).value.data.batchProgress;
    const channel = batchChannel(service.config.redisPrefix, mine, id);
    for (const lie of [{ completed: 1 }, { status: 'COMPLETED', revision: 999_999 }, { tenantId: theirs }]) {
      const state = { ...batchStateOf(row), revision: row.revision + 1, ...lie };
      for (const message of forgeries(channel, state)) await forge(channel, message);
    }
    const next = await prisma.batch.update({ where: { id }, data: { revision: row.revision + 1 } });
    publisher().publishBatch(batchStateOf(next));
    expect((await events.next()).value.data.batchProgress).toEqual({ ...first, revision: first.revision + 1 });
    await events.return(undefined);
  });

  it('on the channel of keys causes at most a read', async () => {
    const channel = `${service.config.redisPrefix}:keys`;
    for (const message of forgeries(channel, { revoked: myKey })) await forge(channel, message);
    const events = await watch(`subscription { jobProgress(id: "${myJob.id}") { revision } }`);
    expect((await events.next()).value.data.jobProgress.revision).toBe(2);
    await events.return(undefined);
  });
});

it('even a genuine message gives no access to the job that it names: the tenant comes from the row', async () => {
  const events = await watch(
    'subscription { jobUpdates { status estimatedCompletion queuePosition job { name result { text } } } }',
  );
  const channel = jobChannel(service.config.redisPrefix, mine, theirJob.uuid);
  await expect.poll(() => forge(channel, '')).toBe(1);
  publisher().publish(await stateOf(theirJob, { tenantId: mine, status: 'RUNNING', revision: 9 }));
  const { value } = await events.next();
  expect(JSON.stringify(value)).not.toContain('secret');
  expect(value.errors?.map(({ extensions }: { extensions: { code: string } }) => extensions.code)).toEqual([
    'NOT_FOUND',
  ]);
  await events.return(undefined);
});

it('messages that others put into the queues are ignored', async () => {
  await using own = await startService();
  const { redis, queue } = own.platform;
  const first = await submit(own, { source: await inline('one-page') });
  await endedJob(own, first.id, 'status');
  for (const name of ['permits', 'deliveries', 'canary'] as const) {
    const waiting = waitingKey(queue.prefix, name);
    for (const id of ['999999', 'x', '', '{"a":1}', '__proto__', '1e9']) await redis.lPush(waiting, id);
    for (const [id, message] of [
      'not json',
      'null',
      '[]',
      '{"data":null,"options":null}',
      '{"data":{},"options":{"retries":1e9}}',
    ].entries()) {
      await redis.hSet(waiting.replace(/waiting$/, 'jobs'), `77${id}`, message);
      await redis.lPush(waiting, `77${id}`);
    }
  }
  const second = await submit(own, { source: await inline('one-page') });
  expect(await endedJob(own, second.id, 'status')).toEqual({ status: 'COMPLETED' });
  await expect.poll(() => redis.lLen(waitingKey(queue.prefix, 'permits'))).toBe(0);
});
