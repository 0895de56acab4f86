import { openAsBlob } from 'node:fs';
import type { Client } from '../../src/client/client.ts';
import type { ProgressFragment } from '../../src/client/generated/graphql.ts';
import { fixture } from '../cli/running.ts';

/** Uploads a file of test/fixtures, creates a job for it and returns the id of the job. */
export async function submitFixture(client: Client, name: string): Promise<string> {
  const upload = await client.upload(await openAsBlob(fixture(name)), { name });
  return (await client.createJob({ source: { upload } })).job.id;
}

/** Parses a cursor into comparable numbers. */
export function cursorOf({ cursor }: Pick<ProgressFragment, 'cursor'>): [revision: number, n: number] {
  const [revision = Number.NaN, n = Number.NaN] = cursor.split('.').map(Number);
  return [revision, n];
}

/** Describes consecutive events of one job of which the second is not newer, or steps back within the attempt. */
export function stepsBack(events: ProgressFragment[]): string[] {
  return events.slice(1).flatMap((event, index) => {
    const before = events[index] ?? event;
    const [revision, n] = cursorOf(event);
    const [lastRevision, lastN] = cursorOf(before);
    const isNewer = revision > lastRevision || (revision === lastRevision && n > lastN);
    const falls = revision === lastRevision && event.progressPercentage < before.progressPercentage;
    return isNewer && !falls ? [] : [`${describe(before)} and then ${describe(event)}`];
  });
}

function describe({ cursor, status, progressPercentage }: ProgressFragment): string {
  return `${cursor} ${status} ${progressPercentage}%`;
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
