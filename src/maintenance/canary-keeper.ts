import { logRedisError } from '../connections/redis-trouble.ts';
import type { Logger } from '../ops/logger.ts';
import type { QueueOptions } from '../queue/bee.ts';
import { createCanaryRinger } from '../queue/canary.ts';
import type { Actor } from './actor.ts';

/** Sends a canary through the fleet now and then; health tells by them whether workers answer at all. */
export function createCanaryKeeper(context: { queue: QueueOptions; logger: Logger }): Actor & AsyncDisposable {
  const canaries = createCanaryRinger(context.queue);
  return {
    name: 'canary-keeper',
    everyMs: 5_000,
    async runOnce() {
      // Redis being away is no news of this actor's; the canary that doesn't come back is.
      await canaries.ring().catch((error) => logRedisError(context.logger, error, 'could not ring a canary'));
    },
    [Symbol.asyncDispose]: () => canaries[Symbol.asyncDispose](),
  };
}
