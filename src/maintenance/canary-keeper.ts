import { logRedisError } from '../connections/redis-trouble.ts';
import type { Logger } from '../ops/logger.ts';
import type { QueueOptions } from '../queue/bee.ts';
import { createCanaryRinger } from '../queue/canary.ts';
import type { Actor } from './actor.ts';

/** Periodically sends a canary through the queue, by which the health check knows whether workers respond at all. */
export function createCanaryKeeper(context: { queue: QueueOptions; logger: Logger }): Actor & AsyncDisposable {
  const canaries = createCanaryRinger(context.queue);
  return {
    name: 'canary-keeper',
    everyMs: 5_000,
    async runOnce() {
      // An unreachable Redis is not this actor's failure; health reports the missing canary.
      await canaries.ring().catch((error) => logRedisError(context.logger, error, 'could not ring a canary'));
    },
    [Symbol.asyncDispose]: () => canaries[Symbol.asyncDispose](),
  };
}
