import type { Bucket, TokenBuckets } from '../connections/token-buckets.ts';
import { RequestError } from '../errors.ts';

/** Failed attempts of one address that may arrive together, and that are added per minute. */
export const failedAttemptsPerMinute = 30;

/**
 * The same for all networks (/64) of one IPv6 site (/48) together. Sites get 65,536 networks, so a limit of each
 * network alone would be none.
 */
export const failedAttemptsPerSite = 300;

/**
 * Limits how often one address may send invalid keys. Secrets cannot be guessed, but each attempt costs a database
 * read. Keys that this process already knows are still accepted from every address.
 */
export interface FailedAttempts {
  /**
   * Looks up a key; null means that the attempt has failed. Throws RATE_LIMITED if the address has failed too often.
   */
  lookUp<T>(address: string, find: () => Promise<T | null>): Promise<T | null>;
}

export function createFailedAttempts({ take, look }: TokenBuckets): FailedAttempts {
  return {
    async lookUp(address, find) {
      const buckets = bucketsOf(address);
      refuse(await Promise.all(buckets.map(look)));
      const found = await find();
      if (found !== null) return found;
      // Of attempts at the same time, only those that get a token learn that their key is wrong.
      refuse(await take(buckets));
      return null;
    },
  };
}

/** The first three groups of a network as `addressKey` writes it. */
const site = /^((?:[0-9a-f]+:){3})[0-9a-f]+::\/64$/;

function bucketsOf(address: string): Bucket[] {
  const own = { name: `failed:${address}`, perMinute: failedAttemptsPerMinute };
  const [, groups] = site.exec(address) ?? [];
  if (groups === undefined) return [own];
  return [own, { name: `failed:${groups}:/48`, perMinute: failedAttemptsPerSite }];
}

function refuse(states: readonly { waitMs: number }[]): void {
  const waitMs = Math.max(...states.map((state) => state.waitMs));
  if (waitMs <= 0) return;
  throw new RequestError('RATE_LIMITED', {
    message: 'Too many requests with a wrong API key came from your address.',
    limit: 'failed_attempts',
    details: { retryAfterSeconds: Math.ceil(waitMs / 1_000) },
  });
}
