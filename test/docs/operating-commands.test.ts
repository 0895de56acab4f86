import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alertKinds } from '../../src/alerts/conditions.ts';
import { encodeId } from '../../src/ids.ts';
import { insertJob, insertTenant } from '../api/rows.ts';
import { accepted } from '../api/submitting.ts';
import { launch, run } from '../cli/running.ts';
import { graphql } from '../graphql.ts';
import { type Service, startService } from '../service.ts';
import { readDocument } from './markdown.ts';

const texts = [readDocument('docs/operating.md'), ...Object.values(alertKinds)].join('\n');
const blocks = [...texts.matchAll(/```sh\n(.*?)```/gs)].flatMap(([, block = '']) => block.split('\n'));
const inline = [...texts.matchAll(/`(pagehive [^`]+)`/g)].map(([, command = '']) => command);
const commands = [...new Set([...blocks, ...inline].map((command) => command.replace(/\s*#.*/, '')))].filter(
  (command) => command.startsWith('pagehive '),
);
/** Programs that run until they are stopped. */
const programs = ['pagehive work', 'pagehive maintain'];
/** Commands that other tests run as written: those of a restore. */
const elsewhere = ['pagehive migrate', 'pagehive doctor --storage'];

let service: Service;
let env: Record<string, string>;
/** The values of the placeholders. */
let values: Record<string, string>;
beforeAll(async () => {
  service = await startService();
  const { databaseUrl, redisUrl, redisPrefix, dataDir } = service.config;
  env = { DATABASE_URL: databaseUrl ?? '', REDIS_URL: redisUrl ?? '', REDIS_PREFIX: redisPrefix, DATA_DIR: dataDir };
  const { prisma } = service.platform.database;
  const failed = { status: 'FAILED', failureCode: 'MEMORY_LIMIT', finishedAt: new Date() } as const;
  for (let n = 0; n < 213; n += 1) await insertJob(service, failed);
  const job = await insertJob(service, failed);
  const start = 'mutation { cancelJobs(input: { filter: { name: "none" }, expectedCount: 0 }) { operation { id } } }';
  const operation = accepted(await graphql(service.url, start)).cancelJobs.operation.id;
  const worker = await prisma.worker.findFirstOrThrow();
  const tenant = await insertTenant(service, 'a customer');
  values = {
    WORKER: encodeId('worker', worker.id),
    OPERATION: operation,
    JOB: job.id,
    TENANT: encodeId('tenant', tenant),
    NAME: 'a customer',
  };
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

describe('docs/operating.md and the advice of alerts', () => {
  it('name commands of each kind', () => {
    expect(commands).toEqual(expect.arrayContaining([...programs, 'pagehive admin pause', 'pagehive admin alerts']));
    expect(commands.length).toBeGreaterThan(12);
  });

  it.each(commands.filter((command) => ![...programs, ...elsewhere, 'pagehive admin'].includes(command)))(
    'name a command that works: %s',
    async (command) => {
      const args = command.split(' ').slice(1);
      const { code, stderr } = await run(
        args.map((arg) => values[arg] ?? arg),
        { url: service.url, env },
      );
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    },
  );

  it.each(programs)('name a program: %s', async (command) => {
    const help = await launch([...command.split(' ').slice(1), '--help']).ended;
    expect(help).toMatchObject({ code: 0, stdout: expect.stringContaining(`Usage: ${command}`) });
  });
});
