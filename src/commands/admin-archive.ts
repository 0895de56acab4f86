import { type ArchivedJobFilter, ArchivedJobsDocument, RestoreJobDocument } from '../client/generated/graphql.ts';
import { payloadOf } from '../client/payload.ts';
import type { ClientConfig } from '../config/client-config.ts';
import type { AdminOptions } from './admin-queue.ts';
import { printAnswer } from './print-answer.ts';
import { printable } from './printable.ts';

/** `pagehive admin archived`: prints archived jobs, newest first. Returns the exit code. */
export function showArchived(
  config: ClientConfig,
  { limit, json, ...filter }: AdminOptions & ArchivedJobFilter & { limit: number },
): Promise<number> {
  return printAnswer(
    config,
    { json },
    async (client) => (await client.request(ArchivedJobsDocument, { first: limit, filter })).archivedJobs.nodes,
    (jobs) =>
      jobs.map(({ jobId, tenantId, status, pages, finishedAt, bytes, name }) => {
        const size = `${pages} pages, ${bytes} bytes`;
        return [jobId, tenantId, status.padEnd(9), finishedAt, size, printable(name ?? '')].join('  ').trimEnd();
      }),
  );
}

/** `pagehive admin restore`: brings an archived job back. Returns the exit code. */
export function restoreJob(config: ClientConfig, id: string, options: AdminOptions): Promise<number> {
  return printAnswer(
    config,
    options,
    async (client) => payloadOf((await client.request(RestoreJobDocument, { id })).restoreJob),
    ({ jobId }) => [`${jobId} is restored`],
  );
}
