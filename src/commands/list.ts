import type { Client } from '../client/client.ts';
import type { JobFilter, JobFragment, JobStatus } from '../client/generated/graphql.ts';
import type { ClientConfig } from '../config/client-config.ts';
import { openClient } from './open-client.ts';
import { printable } from './printable.ts';
import { printRefusal } from './refusal.ts';
import { toStdout } from './watch-view.ts';

export interface ListOptions {
  status?: JobStatus[];
  /** The id of a batch. */
  batch?: string;
  limit: number;
  json?: boolean;
}

/** `pagehive list`: prints jobs, newest first. Returns the exit code. */
export async function list(config: ClientConfig, { status, batch, limit, json = false }: ListOptions): Promise<number> {
  const client = await openClient(config);
  try {
    let isFirst = true;
    for await (const jobs of newestJobs(client, { status, batch }, limit)) {
      // Not before the server has responded.
      if (isFirst && !json) toStdout(line('ID', 'STATUS', 'DONE', 'PAGES', 'CREATED', 'NAME'));
      isFirst = false;
      for (const job of jobs) toStdout(json ? JSON.stringify(job) : lineOf(job));
    }
    return 0;
  } catch (error) {
    return printRefusal(error);
  }
}

/** Yields pages of jobs, at least one. */
async function* newestJobs(client: Client, filter: JobFilter, limit: number) {
  let after: string | null = null;
  let left = limit;
  do {
    const variables: Parameters<Client['jobs']>[0] = { first: Math.min(left, 100), after, filter };
    const { nodes, pageInfo }: Awaited<ReturnType<Client['jobs']>> = await client.jobs(variables);
    yield nodes;
    left -= nodes.length;
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null && left > 0);
}

function lineOf(job: JobFragment): string {
  const { id, status, progressPercentage, pagesDone, pagesTotal, createdAt, name, source, failure } = job;
  const pages = pagesTotal === null ? '' : pagesDone === pagesTotal ? `${pagesTotal}` : `${pagesDone}/${pagesTotal}`;
  const called = printable(name ?? source.filename ?? source.url ?? '');
  // At the end of the line, because most jobs have none.
  const named = [called, failure && `(${failure.code})`].filter(Boolean).join(' ');
  return line(id, status, `${progressPercentage}%`, pages, createdAt, named);
}

function line(id: string, status: string, done: string, pages: string, created: string, name: string): string {
  return [id.padEnd(30), status.padEnd(9), done.padStart(4), pages.padStart(11), created.padEnd(24), name]
    .join('  ')
    .trimEnd();
}
