import type { Logger } from '../ops/logger.ts';
import { occasionally } from '../ops/occasionally.ts';

/** Why Redis refuses commands although it responds. */
export interface RedisTrouble {
  problem: string;
  advice: string;
  /** Whether only a change of the configuration ends it. */
  lasting: boolean;
}

const troubles: (RedisTrouble & { replies: RegExp })[] = [
  {
    replies: /^OOM /,
    problem: 'Redis is full and refuses writes',
    advice: 'Raise maxmemory of Redis, or free memory: Pagehive needs a few megabytes.',
    lasting: false,
  },
  {
    replies: /^READONLY /,
    problem: 'Redis is a read-only replica',
    advice: 'Name the primary server in REDIS_URL.',
    lasting: true,
  },
  {
    replies: /^NOPERM |ACL failure in script|can't run this command/,
    problem: 'The user of REDIS_URL lacks permissions',
    advice: 'Grant the permissions that docs/databases.md lists; the log shows what Redis refused.',
    lasting: true,
  },
  {
    replies: /^(MOVED|ASK|TRYAGAIN|CROSSSLOT|CLUSTERDOWN) /,
    problem: 'Another node of the Redis cluster holds the keys of Pagehive',
    advice: 'Name that node in REDIS_URL, or use a Redis without cluster mode.',
    lasting: true,
  },
  {
    replies: /^MISCONF /,
    problem: 'Redis cannot save its data and refuses writes',
    advice: 'Read the log of Redis, and free its disk: Pagehive itself needs no persistence.',
    lasting: false,
  },
  {
    replies: /^NOREPLICAS /,
    problem: 'Redis has too few replicas and refuses writes',
    advice: 'Bring its replicas back, or lower min-replicas-to-write.',
    lasting: false,
  },
  {
    replies: /^ERR unknown command/i,
    problem: 'Redis lacks a command that Pagehive needs',
    advice: 'Use a current Redis or Valkey without renamed commands; the log shows what it lacks.',
    lasting: true,
  },
  {
    replies: /^(LOADING|MASTERDOWN|BUSY) /,
    problem: 'Redis is not ready for commands',
    advice: 'Wait until it has loaded its data; if that does not help, read its log.',
    lasting: false,
  },
];

/** Returns the trouble that a Redis error or one of its causes reports, or null. */
export function redisTroubleOf(error: unknown): RedisTrouble | null {
  if (!(error instanceof Error)) return null;
  const found = troubles.find(({ replies }) => replies.test(error.message));
  if (found !== undefined) return found;
  const inner: unknown[] = error instanceof AggregateError ? error.errors : [error.cause];
  return inner.map(redisTroubleOf).find((trouble) => trouble !== null) ?? null;
}

/** Minimum time between two warnings about the same trouble, in milliseconds. */
export const warnEveryMs = 60_000;
const mayWarn = new WeakMap<Logger, (problem: string) => boolean>();

/** Logs an error of Redis: at `warn`, at most once a minute, if an operator must act; otherwise at `debug`. */
export function logRedisError(logger: Logger, error: unknown, message: string): void {
  const trouble = redisTroubleOf(error);
  if (trouble === null) {
    logger.debug({ err: error }, message);
    return;
  }
  const { problem, advice } = trouble;
  const may = mayWarn.get(logger) ?? occasionally(warnEveryMs);
  mayWarn.set(logger, may);
  if (may(problem)) logger.warn({ err: error, advice }, problem);
}
