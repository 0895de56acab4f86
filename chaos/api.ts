import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Random } from './random.ts';

/** The server understood the request and refused it. */
export class RefusedError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(`${code}: ${message}`);
    this.name = 'RefusedError';
    this.code = code;
  }
}

/** No response, or one that asks to retry: the outcome of the request is unknown. */
export class UnknownOutcomeError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UnknownOutcomeError';
  }
}

/**
 * The timeout of a client, in milliseconds. After that it does not know the outcome: a frozen server may answer late.
 */
const timeoutMs = 8_000;

const answerShape = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z
    .array(z.object({ message: z.string(), extensions: z.object({ code: z.string() }).partial().optional() }))
    .optional(),
});

/** The codes that a server returns while its database is down or catching up. */
export const temporaryCodes = ['SERVICE_UNAVAILABLE', 'OVERLOADED', 'DEADLINE_EXCEEDED'];

/** How a client proves who it is, and which server it picks. */
export interface ApiOptions {
  random: Random;
  /** Returns the key to send now; null for none. */
  apiKey(): string | null;
}

export interface Api {
  readonly urls: readonly string[];
  anyUrl(): string;
  ask<T>(query: string, variables: Record<string, unknown>, shape: z.ZodType<T>): Promise<T>;
  /** PUTs the bytes of an upload; succeeds if they are already stored. */
  put(url: string, bytes: Buffer): Promise<void>;
}

export function createApi(urls: readonly string[], { random, apiKey }: ApiOptions): Api {
  return {
    urls,
    anyUrl: () => random.pick(urls),
    async ask(query, variables, shape) {
      const key = apiKey();
      const answer = await post(random.pick(urls), { query, variables }, key);
      const [error] = answer.errors ?? [];
      if (error !== undefined) {
        const code = error.extensions?.code ?? 'NO_CODE';
        // The key was replaced while the request was on its way.
        const isOutdated = code === 'UNAUTHENTICATED' && key !== apiKey();
        if (isOutdated || temporaryCodes.includes(code)) throw new UnknownOutcomeError(error.message);
        throw new RefusedError(code, error.message);
      }
      return shape.parse(answer.data);
    },
    async put(url, bytes) {
      const response = await carry(() =>
        fetch(url, { method: 'PUT', body: new Uint8Array(bytes), signal: AbortSignal.timeout(timeoutMs) }),
      );
      if (response.ok) return;
      const answer = await carry(() => response.text());
      if (answer.includes('UPLOAD_ALREADY_STORED')) return;
      // The server may still wait for the rest of an earlier PUT whose connection is half open.
      const isTemporary = response.status === 503 || answer.includes('UPLOAD_IN_PROGRESS');
      if (isTemporary) throw new UnknownOutcomeError(`the upload got a ${response.status}`);
      throw new RefusedError(`HTTP ${response.status}`, answer);
    },
  };
}

async function post(url: string, body: object, key: string | null): Promise<z.infer<typeof answerShape>> {
  const response = await carry(() =>
    fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...authorization(key) },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs),
    }),
  );
  return answerShape.parse(await carry(() => response.json()));
}

/** The header that sends a key. */
export function authorization(key: string | null): Record<string, string> {
  return key === null ? {} : { authorization: `Bearer ${key}` };
}

async function carry<T>(task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    throw new UnknownOutcomeError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** Repeats a task until its outcome is known, like a client that needs to be sure. */
export async function untilKnown<T>(
  task: () => Promise<T>,
  { signal, onRetry }: { signal: AbortSignal; onRetry?: () => void },
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await task();
    } catch (error) {
      if (!(error instanceof UnknownOutcomeError)) throw error;
      onRetry?.();
      await sleep(Math.min(2_000, 100 * 2 ** tries), undefined, { signal });
    }
  }
}
