const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** Retry policy of deliveries. */
export interface DeliveryPolicy {
  /**
   * Delays before the second attempt, the third and so on, in milliseconds. Each is randomly shortened by up to a
   * fifth.
   */
  pausesMs: readonly number[];
  /** No attempt starts later than this after the first failure. */
  giveUpAfterMs: number;
  /** Longer `retry-after` values are capped to this. */
  maxRetryAfterMs: number;
  /** Limit for a whole attempt: name resolution, connection, request and status. */
  timeoutMs: number;
  /** Limit for the first bytes of the response body. The status counts even if they do not arrive. */
  answerMs: number;
  /** An attempt without a recorded result is considered lost after this time. */
  leaseMs: number;
}

export const deliveryPolicy: DeliveryPolicy = {
  // One day in total.
  pausesMs: [
    5 * second,
    30 * second,
    2 * minute,
    10 * minute,
    30 * minute,
    1 * hour,
    2 * hour,
    3 * hour,
    4 * hour,
    6 * hour,
    7 * hour,
  ],
  giveUpAfterMs: 24 * hour,
  maxRetryAfterMs: 6 * hour,
  timeoutMs: 15 * second,
  answerMs: 2 * second,
  leaseMs: 30 * second,
};

/** Concurrent attempts of a worker process: in total, and per lane, so that no receiver blocks the others. */
export const deliverySlots = { all: 32, lane: 4 } as const;

/**
 * A tenant may have this many times as many attempts as slots are free: 24 alone, 13 beside another one, and always few
 * enough to leave slots for those without any. See Choudhury and Hahne, "Dynamic Queue Length Thresholds for
 * Shared-Memory Packet Switches", 1998.
 */
export const attemptsPerFreeSlot = 3;

/** Returns the wait before the next attempt, in milliseconds; null if no attempt follows. */
export function pauseMs(
  { pausesMs, maxRetryAfterMs }: DeliveryPolicy,
  tries: number,
  retryAfterMs: number | null,
): number | null {
  const pause = pausesMs[tries - 1];
  if (pause === undefined) return null;
  return Math.max(pause * (0.8 + 0.2 * Math.random()), Math.min(retryAfterMs ?? 0, maxRetryAfterMs));
}
