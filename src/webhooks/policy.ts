const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** How deliveries are tried, and how often. */
export interface DeliveryPolicy {
  /** Before the second try, the third and so on, at most: each pause is shortened by chance, by up to a fifth. */
  pausesMs: readonly number[];
  /** No try begins later than this after the first one that failed. */
  giveUpAfterMs: number;
  /** What an answer asks for in `retry-after` is heeded up to this. */
  maxRetryAfterMs: number;
  /** For a try in all: name, connection, request and status. */
  timeoutMs: number;
  /** For the first bytes of the answer, after the status; the status counts, whatever becomes of them. */
  answerMs: number;
  /** After this a try that was not heard of any more is taken for lost. */
  leaseMs: number;
}

export const deliveryPolicy: DeliveryPolicy = {
  // A day in all.
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

/** Tries that one worker process makes at a time, in all, of one lane, and of one tenant: nobody who hangs holds up all. */
export const deliverySlots = { all: 32, lane: 4, tenant: 24 } as const;

/** How long to wait before the next try; null if there is none. */
export function pauseMs(
  { pausesMs, maxRetryAfterMs }: DeliveryPolicy,
  tries: number,
  retryAfterMs: number | null,
): number | null {
  const pause = pausesMs[tries - 1];
  if (pause === undefined) return null;
  return Math.max(pause * (0.8 + 0.2 * Math.random()), Math.min(retryAfterMs ?? 0, maxRetryAfterMs));
}
