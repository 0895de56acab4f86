import type { Redis } from '../connections/redis.ts';
import { logRedisError } from '../connections/redis-trouble.ts';
import type { Logger } from '../ops/logger.ts';

// Announcements of changed keys: created, updated, rotated or revoked. A message has no authority: receivers read the
// keys again. While Redis is away, the key ring notices changes when it next reads its keys.

const channelOf = (prefix: string) => `${prefix}:keys`;

/**
 * Returns a function that announces a committed change to every process. It never fails, and does nothing without
 * Redis.
 */
export function createKeyAnnouncer(redis: Redis, prefix: string): () => Promise<void> {
  return async () => {
    if (redis.isReady) await redis.publish(channelOf(prefix), 'changed').catch(() => {});
  };
}

export interface KeyListenerOptions {
  /** A connection used only for subscriptions. */
  redis: Redis;
  prefix: string;
  onChange: () => void;
  logger: Logger;
}

/** Minimum time between two calls, in milliseconds: a flood of messages must not read the keys all the time. */
const pauseMs = 100;

/** Calls back after each announced change: at once, or soon after the call before. */
export function listenForKeyChanges({ redis, prefix, onChange, logger }: KeyListenerOptions): Disposable {
  const channel = channelOf(prefix);
  let pause: NodeJS.Timeout | null = null;
  let isMissed = false;
  function changed(): void {
    isMissed = pause !== null;
    if (isMissed) return;
    pause = setTimeout(() => {
      pause = null;
      if (isMissed) changed();
    }, pauseMs);
    onChange();
  }
  async function subscribe(): Promise<void> {
    try {
      // After an outage, the client may not have restored the subscription.
      await redis.unsubscribe(channel, changed);
      await redis.subscribe(channel, changed);
      // Announcements during the outage are lost.
      changed();
    } catch (error) {
      logRedisError(logger, error, 'changes of API keys cannot be received; reading the keys regularly');
    }
  }
  const onReady = () => void subscribe();
  redis.on('ready', onReady);
  if (redis.isReady) onReady();
  return {
    [Symbol.dispose]() {
      redis.off('ready', onReady);
      if (pause !== null) clearTimeout(pause);
    },
  };
}
