import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkRedis, UnreachableError } from '../../src/connections/given-servers.ts';
import type { HealthCheck } from '../../src/ops/health.ts';
import { accepted } from '../api/submitting.ts';
import { failure } from '../database/opening.ts';
import { graphql } from '../graphql.ts';
import { type Service, startService } from '../service.ts';
import { startConfiguredRedis } from './configured-redis.ts';
import { type OwnRedis, startOwnRedis } from './own-redis.ts';
import { recordWarnings } from './warnings.ts';
import { ailing, completeOnce, pages, soon, submitSome } from './watching.ts';

async function checks(service: Service): Promise<Record<string, HealthCheck>> {
  const { health } = accepted(await graphql(service.url, '{ health { checks { name status detail advice } } }'));
  const all: HealthCheck[] = health.checks;
  return Object.fromEntries(all.map((check) => [check.name, check]));
}

/** Starts a service and records its warnings. */
async function startRecorded(redisUrl: string, redisPrefix?: string) {
  const { warnings, logger } = recordWarnings();
  const config = { redisUrl, ...(redisPrefix === undefined ? {} : { redisPrefix }) };
  const service = await startService({ config, overrides: { logger, extractor: pages() } });
  return { service, warnings };
}

/** Waits until a check of `health` is DEGRADED with this reason and advice. */
async function untilDegraded(service: Service, name: string, expected: { detail?: RegExp; advice: string }) {
  const { detail = /./, advice } = expected;
  await expect
    .poll(async () => (await checks(service))[name], soon)
    .toMatchObject({
      status: 'DEGRADED',
      detail: expect.stringMatching(detail),
      advice: expect.stringContaining(advice),
    });
}

let redis: OwnRedis;
beforeAll(async () => {
  redis = await startOwnRedis();
});
afterAll(async () => {
  await redis[Symbol.asyncDispose]();
});

describe('a full Redis', () => {
  it('is DEGRADED with the right advice and one warning, while jobs run, and recovers', async () => {
    const { service, warnings } = await startRecorded(redis.url);
    await using _service = service;
    await expect.poll(() => ailing(service), soon).toEqual([]);
    await redis.command('CONFIG', 'SET', 'maxmemory', '1');
    await untilDegraded(service, 'redis', { detail: /^Redis is full and refuses writes;/, advice: 'maxmemory' });
    await completeOnce(service, await submitSome(service, 4));
    // Undelivered canaries are not blamed on the workers.
    await service.platform.database.query(`UPDATE workers SET started_at = now() - interval '1 hour'`, []);
    await service.platform.database.query(`DELETE FROM leases WHERE name = 'canary'`, []);
    await untilDegraded(service, 'canary', { advice: 'Redis' });
    expect((await fetch(`${service.url}/health/ready`)).status).toBe(200);
    expect(warnings.map(({ msg }) => msg)).toEqual(['Redis is full and refuses writes']);
    await redis.command('CONFIG', 'SET', 'maxmemory', '0');
    await expect.poll(() => ailing(service), soon).toEqual([]);
  });

  it('does not prevent a start', async () => {
    await redis.command('CONFIG', 'SET', 'maxmemory', '1');
    await checkRedis(redis.url, '{test}');
    await redis.command('CONFIG', 'SET', 'maxmemory', '0');
  });
});

async function problemOf(url: string): Promise<string> {
  const error = await failure(checkRedis(url, '{test}'));
  expect(error).toBeInstanceOf(UnreachableError);
  const { message } = error as UnreachableError;
  expect(message).toMatch(/^REDIS_URL: [^\n]+$/);
  return message;
}

describe('a Redis that is a read-only replica', () => {
  it('is refused at startup, and DEGRADED with the right advice if it becomes one later', async () => {
    await using primary = await startOwnRedis();
    const { service, warnings } = await startRecorded(redis.url);
    await using _service = service;
    await expect.poll(() => ailing(service), soon).toEqual([]);
    const { hostname, port, password } = new URL(primary.url);
    await redis.command('CONFIG', 'SET', 'masterauth', password);
    await redis.command('REPLICAOF', hostname, port);
    expect(await problemOf(redis.url)).toContain('Redis is a read-only replica (READONLY');
    await untilDegraded(service, 'redis', { advice: 'Name the primary server in REDIS_URL.' });
    await completeOnce(service, await submitSome(service, 2));
    expect(warnings.map(({ msg }) => msg)).toContain('Redis is a read-only replica');
    await redis.command('REPLICAOF', 'NO', 'ONE');
    await expect.poll(() => ailing(service), soon).toEqual([]);
  });
});

describe('a Redis user', () => {
  const as = (name: string) => {
    const url = new URL(redis.url);
    url.username = name;
    url.password = 'x';
    return url.href;
  };

  it('with the permissions in docs/databases.md can run every command', async () => {
    await redis.command('ACL', 'SETUSER', 'enough', 'on', '>x', '~{hive}:*', '&*', '+@all', '-@dangerous');
    await checkRedis(as('enough'), '{hive}');
    const { service, warnings } = await startRecorded(as('enough'), '{hive}');
    await using _service = service;
    await completeOnce(service, await submitSome(service, 4));
    await expect.poll(() => ailing(service), soon).toEqual([]);
    expect(warnings).toEqual([]);
  });

  it.each([
    ['a key', ['~{other}:*', '&*', '+@all']],
    ['a channel', ['~*', 'resetchannels', '+@all']],
    ['a pattern of channels', ['~*', '&{*', '+@all']],
    ['scripts', ['~*', '&*', '+@all', '-@scripting']],
    ['a command of a script', ['~*', '&*', '+@all', '-lrem']],
    ['the wait for messages', ['~*', '&*', '+@all', '-brpoplpush']],
    ['subscriptions', ['~*', '&*', '+@all', '-subscribe']],
    ['the end of subscriptions', ['~*', '&*', '+@all', '-unsubscribe']],
    ['subscriptions to patterns', ['~*', '&*', '+@all', '-psubscribe']],
    ['pings', ['~*', '&*', '+@all', '-ping']],
  ])('that lacks %s is refused at the start, and DEGRADED with the right advice', async (_, permissions) => {
    await redis.command('ACL', 'SETUSER', 'lacking', 'reset', 'on', '>x', ...permissions);
    expect(await problemOf(as('lacking'))).toContain('The user of REDIS_URL lacks permissions');
    const { service, warnings } = await startRecorded(as('lacking'));
    await using _service = service;
    await untilDegraded(service, 'redis', {
      detail: /^The user of REDIS_URL lacks permissions;/,
      advice: 'docs/databases.md',
    });
    await completeOnce(service, await submitSome(service, 1));
    const told = warnings.map(({ msg, queue = '' }) => msg + queue);
    expect(told).toContain('The user of REDIS_URL lacks permissions');
    expect(told).toHaveLength(new Set(told).size);
  });
});

describe('a Redis without a command that is needed', () => {
  it('is refused at the start, and DEGRADED with the right advice', async () => {
    await using renamed = await startConfiguredRedis('--rename-command', 'EVALSHA', '');
    expect(await problemOf(renamed.url)).toMatch(/Redis lacks a command that Pagehive needs \(ERR unknown command/);
    const { service } = await startRecorded(renamed.url);
    await using _service = service;
    await untilDegraded(service, 'redis', { detail: /^Redis lacks a command/, advice: 'renamed commands' });
    await completeOnce(service, await submitSome(service, 1));
  });
});

describe('a Redis in cluster mode', () => {
  it('works if it holds all keys, or is the node that holds ours', async () => {
    await using cluster = await startConfiguredRedis('--cluster-enabled', 'yes');
    expect(await problemOf(cluster.url)).toMatch(
      /Another node of the Redis cluster holds the keys of Pagehive \(CLUSTERDOWN/,
    );
    await cluster.command('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    await expect.poll(() => cluster.command('CLUSTER', 'INFO'), soon).toContain('cluster_state:ok');
    await checkRedis(cluster.url, '{test}');
    const { service, warnings } = await startRecorded(cluster.url);
    await using _service = service;
    await completeOnce(service, await submitSome(service, 8));
    await expect.poll(() => ailing(service), soon).toEqual([]);
    // The jobs were started by wake-ups, not by the workers' own polling every few seconds.
    await expect.poll(() => service.platform.ringer.waiting(), soon).toBe(0);
    expect(warnings).toEqual([]);
  });
});
