import { expect } from 'vitest';
import type { ExtractionEvent, Extractor } from '../../src/pdf/model/extraction.ts';
import { accepted, inline, submit } from '../api/submitting.ts';
import { graphql } from '../graphql.ts';
import { extractorOf, group, opened, untilAborted } from '../jobs/extractors.ts';
import type { Service } from '../service.ts';

/** For polling what recovers automatically: more time than recovery takes on a busy machine. */
export const soon = { timeout: 60_000, interval: 50 };

/** Extracts one page, at once or after `until`. */
export function pages(until?: Promise<void>): Extractor {
  return extractorOf(async function* (_, signal): AsyncGenerator<ExtractionEvent> {
    yield opened(1);
    if (until !== undefined) {
      const aborted = untilAborted(signal);
      aborted.catch(() => undefined);
      await Promise.race([until, aborted]);
    }
    yield group(1, 1);
  });
}

/** Creates this many jobs, one after another. */
export async function submitSome(service: Service, n: number): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < n; i += 1) ids.push((await submit(service, { source: await inline('one-page') })).id);
  return ids;
}

const job = `query ($id: ID!) { job(id: $id) { status retryCount attempts { failure { code } } } }`;

/** Waits until each job is completed, in its first attempt and only once. */
export async function completeOnce(service: Service, ids: string[]): Promise<void> {
  await complete(service, ids, (attempts) => expect(attempts).toEqual([{ failure: null }]));
}

/**
 * Like `completeOnce`, but allows attempts that gave the job back: a crash of PostgreSQL may lose pages, but no job.
 */
export async function completeWithoutFailure(service: Service, ids: string[]): Promise<void> {
  await complete(service, ids, (attempts) => {
    for (const attempt of attempts) expect(attempt).toEqual({ failure: null });
  });
}

async function complete(service: Service, ids: string[], check: (attempts: unknown[]) => void): Promise<void> {
  for (const id of ids) {
    const read = async () => (await graphql(service.url, job, { id })).data?.job;
    await expect.poll(async () => (await read())?.status, soon).toBe('COMPLETED');
    const { retryCount, attempts } = await read();
    expect(retryCount).toBe(0);
    check(attempts);
  }
}

/** The checks of `health` that are not OK. */
export async function ailing(service: Service): Promise<string[]> {
  const { health } = accepted(await graphql(service.url, '{ health { checks { name status } } }'));
  const checks: { name: string; status: string }[] = health.checks;
  return checks.filter(({ status }) => status !== 'OK').map(({ name }) => name);
}
