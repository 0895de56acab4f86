// Logs as stated by the first argument, then ends as stated by the second one.
import { createLogger } from '../../src/ops/logger.ts';

const [, , what = '', end = '', reader = ''] = process.argv;
const logger = createLogger({ logLevel: 'info' }, 'test', { isTerminal: reader === 'terminal' });

const circle: Record<string, unknown> = {};
circle.self = circle;
const withRequest = Object.assign(new Error('refused'), {
  request: { password: 'hunter2', headers: { authorization: 'Bearer hunter2' } },
});

const logs: Record<string, () => void> = {
  many() {
    for (let n = 0; n < 5_000; n += 1) logger.info({ n, text: 'so that it does not fit into a pipe' }, 'a line');
  },
  flood() {
    const text = 'w'.repeat(1_000);
    for (let n = 0; n < 40_000; n += 1) logger.info({ n, text }, 'a line');
  },
  huge() {
    logger.info({ err: Object.assign(new Error('x'.repeat(1_000_000)), { body: 'y'.repeat(1_000_000) }) }, 'an error');
    logger.info({ list: Array.from({ length: 100_000 }, () => ({ text: 'z'.repeat(1_000) })) }, 'a list');
    logger.info({ bytes: Buffer.alloc(1_000_000) }, 'a buffer');
    logger.info({ circle }, 'a circle');
  },
  readable() {
    logger.warn({ job: 'job_1', note: 'two words', n: 7 }, 'a message');
    logger.error({ err: new Error('a cause'), password: 'hunter2' }, 'an escape \u001b[31m sequence \u009b');
  },
  secrets() {
    logger.info({ password: 'hunter2', err: withRequest, list: [{ deep: { password: 'hunter2' } }] }, 'secrets');
    logger.info({ secret: 'hunter2', token: 'hunter2', apiKey: 'hunter2', deep: { API_KEY: 'hunter2' } }, 'secrets');
    logger.info({ Authorization: 'hunter2', 'x-api': [{ 'Set-Cookie': ['hunter2'] }], tokens: 7 }, 'secrets');
  },
};

const ends: Record<string, () => void> = {
  returns() {},
  exits: () => process.exit(3),
  throws() {
    throw new Error('uncaught');
  },
  rejects: () => void Promise.reject(new Error('unhandled')),
  tells: () => void process.stdout.write('logged'),
};

logs[what]?.();
ends[end]?.();
