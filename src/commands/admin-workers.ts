import { DrainWorkerDocument, type WorkerFragment, WorkersDocument } from '../client/generated/graphql.ts';
import { payloadOf } from '../client/payload.ts';
import type { ClientConfig } from '../config/client-config.ts';
import type { AdminOptions } from './admin-queue.ts';
import { printAnswer } from './print-answer.ts';
import { printable } from './printable.ts';

/** `pagehive admin workers`: prints the workers and their jobs. Returns the exit code. */
export function showWorkers(config: ClientConfig, options: AdminOptions): Promise<number> {
  return printAnswer(
    config,
    options,
    async (client) => (await client.request(WorkersDocument, {})).workers,
    (workers) => workers.flatMap(linesOf),
  );
}

/** `pagehive admin drain`: lets a worker take no more jobs, or take jobs again. Returns the exit code. */
export function drainWorker(
  config: ClientConfig,
  id: string,
  { undo, ...options }: AdminOptions & { undo?: boolean },
): Promise<number> {
  return printAnswer(
    config,
    options,
    async (client) => payloadOf((await client.request(DrainWorkerDocument, { id, undo })).drainWorker).worker,
    linesOf,
  );
}

const mebibyte = 1_048_576;

function linesOf(worker: WorkerFragment): string[] {
  const { id, status, host, version, runningJobs, concurrency, pagesPerMinute, memoryBytes, sandbox, jobs } = worker;
  const memory = memoryBytes === null ? 'unknown memory' : `${Math.round(memoryBytes / mebibyte)} MiB`;
  const facts = `${runningJobs}/${concurrency} jobs, ${pagesPerMinute} pages/min, ${memory}, sandbox ${sandbox ?? 'unknown'}`;
  return [
    `${id}  ${status.padEnd(8)}  ${printable(host)}  ${version}  ${facts}`,
    ...jobs.map(({ jobId, tenantId, stage, progressPercentage, pagesDone, pagesTotal }) => {
      return `  ${jobId}  ${tenantId}  ${stage}  ${progressPercentage}%  ${pagesDone}/${pagesTotal ?? '?'} pages`;
    }),
  ];
}
