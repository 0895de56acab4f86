import { checkRedis } from '../connections/given-servers.ts';
import { inspectRedis } from '../connections/redis-facts.ts';
import { skewOf } from './clock.ts';
import type { Check, Finding } from './diagnosis.ts';

/** The check of Redis. */
export function redisCheck(url: string, prefix: string): Check {
  return {
    name: 'redis',
    async run() {
      // Throws if only a change of the configuration helps.
      await checkRedis(url, prefix);
      const { trouble, version, eviction, clock } = await inspectRedis(url, prefix, (read) => skewOf('Redis', read));
      if (trouble !== null) return { detail: trouble.problem, advice: trouble.advice };
      const facts = [memoryOf(version, eviction)];
      return clock === null ? facts : [...facts, clock];
    },
  };
}

function memoryOf(version: string | null, eviction: string | null): Finding {
  const detail = `Redis ${version ?? '(version unknown)'} accepts all commands`;
  // The keys of Pagehive do not expire, so the policies for keys that do spare them.
  if (!eviction?.startsWith('allkeys')) return { detail };
  return {
    detail: `${detail}; at its memory limit, ${eviction} may delete wake-ups, and jobs start late`,
    advice: 'Set maxmemory-policy to noeviction.',
    isWarning: true,
  };
}
