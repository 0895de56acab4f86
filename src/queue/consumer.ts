import { redisTimeoutMs, within } from '../connections/redis.ts';
import { logRedisError, warnEveryMs } from '../connections/redis-trouble.ts';
import { occasionally } from '../ops/occasionally.ts';
import { createBee, isScriptMissing, loadScripts, type QueueName, type QueueOptions, waitingKey } from './bee.ts';

export interface Consumer extends AsyncDisposable {
  /** Takes no more messages from now on. */
  stop(): void;
}

const lookEveryMs = 1_000;
/**
 * Interval of the check for stalled messages, in milliseconds. A message whose consumer was killed returns to the queue
 * after at most two checks.
 */
const stalledCheckMs = 6_000;

/**
 * Takes messages one by one: the next one once `take` has ended. `take` must not throw.
 *
 * Why this never gets stuck: once a second, it checks whether messages wait while none arrives here. With a live
 * connection, that is impossible (Redis delivers a message to a waiting client at once), so the bee-queue object is
 * replaced. This covers everything that bee-queue cannot handle: half-open connections, a refused first connection,
 * scripts that Redis has lost, and unknown causes.
 */
export function consume(options: QueueOptions, name: QueueName, take: () => Promise<void>): Consumer {
  const { redis, prefix, logger } = options;
  let stopped = false;
  let taking = 0;
  let taken = 0;
  /** The value of `taken` at the last check if messages were waiting then, else null. */
  let takenAtLastLook: number | null = null;
  let stalledCheckAt = 0;
  const mayWarn = occasionally(warnEveryMs);

  const bee = createBee(options, name, 'worker', (queue) => {
    queue.process(1, async () => {
      taken += 1;
      taking += 1;
      await take();
      taking -= 1;
    });
  });

  /** Done here, because bee-queue's own periodic check ends the process when Redis has lost its scripts. */
  async function checkStalled(): Promise<void> {
    if (performance.now() < stalledCheckAt) return;
    stalledCheckAt = performance.now() + stalledCheckMs;
    await within(redisTimeoutMs, bee.get().checkStalledJobs()).catch((error) => {
      if (!isScriptMissing(error)) throw error;
      return within(redisTimeoutMs, loadScripts(redis));
    });
  }

  async function look(): Promise<void> {
    if (stopped || !redis.isReady) return;
    bee.get();
    const before = takenAtLastLook;
    takenAtLastLook = null;
    if (taking > 0) return;
    await checkStalled();
    const waiting = await within(redisTimeoutMs, redis.lLen(waitingKey(prefix, name)));
    if (waiting === 0 || taking > 0 || stopped) return;
    if (before !== taken) {
      takenAtLastLook = taken;
      return;
    }
    if (mayWarn(name)) logger.warn({ queue: name, waiting }, 'messages wait but do not arrive here; connecting again');
    bee.drop();
    bee.get();
  }

  let looking: Promise<void> | null = null;
  const lookOnce = () => {
    looking ??= look()
      .catch((error) => logRedisError(logger, error, `could not look at the queue ${name}`))
      .finally(() => {
        looking = null;
      });
  };
  const timer = setInterval(lookOnce, lookEveryMs);
  redis.on('ready', lookOnce);
  lookOnce();

  function stop(): void {
    stopped = true;
    clearInterval(timer);
    redis.off('ready', lookOnce);
    bee.drop();
  }

  return {
    stop,
    async [Symbol.asyncDispose]() {
      stop();
      await looking;
      await bee[Symbol.asyncDispose]();
    },
  };
}
