import { RequestError } from '../../../errors.ts';
import {
  type HeldJob,
  listWorkers,
  maxWorkers,
  setDraining,
  type WorkerState,
  workerSilenceSeconds,
} from '../../../fleet/workers.ts';
import { decodeId, encodeId } from '../../../ids.ts';
import { cost, scope } from '../../admission/declarations.ts';
import { builder } from '../builder.ts';
import { JobStage } from '../enums.ts';
import { Node } from '../node.ts';

const WorkerStatus = builder.enumType('WorkerStatus', {
  description: 'Whether a worker is alive and takes jobs.',
  values: {
    ALIVE: { description: 'Its last heartbeat is recent, and it takes jobs.' },
    DRAINING: { description: 'It takes no more jobs, and finishes those that it runs.' },
    DRAINED: { description: 'It takes no more jobs and runs none: its process can be stopped.' },
    SILENT: {
      description: `It has sent no heartbeat for ${workerSilenceSeconds} seconds. Other workers take over its jobs.`,
    },
  } as const,
});

const SandboxLevelEnum = builder.enumType('SandboxLevel', {
  description: 'What separates extractor processes, which read the documents, from the rest of the machine.',
  values: {
    NAMESPACES: {
      description: 'They have no network, see no other processes, and only the files that an extraction needs.',
    },
    USER: {
      description:
        'They run as a user without privileges, which cannot read files or processes of the worker. They have a network.',
    },
    PROCESS: {
      description: 'They run as the user of the worker, with a clean environment and the permission model of Node.js.',
    },
    OFF: { description: 'They run as the user of the worker, because of SANDBOX=off.' },
  } as const,
});

const extensions = scope('OPERATOR');

/** After two heartbeats, a draining worker claims nothing more. */
const settledMs = 2_500;

const WorkerJob = builder.objectRef<HeldJob>('WorkerJob').implement({
  description: 'A job that a worker runs, of any tenant. Shows nothing that its client gave. Needs the scope OPERATOR.',
  fields: (t) => ({
    jobId: t.id({ description: 'The id of the job.', extensions, resolve: ({ id }) => encodeId('job', id) }),
    tenantId: t.id({
      description: 'The id of its tenant.',
      extensions,
      resolve: ({ tenantId }) => encodeId('tenant', tenantId),
    }),
    stage: t.expose('stage', { type: JobStage, description: 'What the job is doing.', extensions }),
    progressPercentage: t.exposeInt('percent', { description: 'Its progress from 0 to 100.', extensions }),
    pagesDone: t.exposeInt('pagesDone', { description: 'Number of pages read so far.', extensions }),
    pagesTotal: t.exposeInt('pagesTotal', {
      nullable: true,
      description: 'Number of pages to read; null until the document is open.',
      extensions,
    }),
    startedAt: t.field({
      type: 'DateTime',
      description: 'When the attempt started.',
      extensions,
      resolve: ({ startedAt }) => new Date(startedAt),
    }),
  }),
});

/** A worker serves all tenants, so its fields are for operators. */
const Worker = builder.objectRef<WorkerState>('Worker').implement({
  interfaces: [Node],
  description:
    'A worker process. `node` finds it by `Job.workerId` until some time after it has ended. Needs the scope OPERATOR.',
  fields: (t) => ({
    id: t.id({
      description: 'The id, such as worker_01h455vb4pex5vsknk084sn02q.',
      extensions,
      resolve: ({ id }) => encodeId('worker', id),
    }),
    status: t.field({
      type: WorkerStatus,
      description: 'Whether it is alive and takes jobs.',
      extensions,
      resolve: ({ isAlive, drainingSince, heartbeatAt, running, jobs }) => {
        if (!isAlive) return 'SILENT';
        if (drainingSince === null) return 'ALIVE';
        // With a heartbeat, it learns of the draining. A claim may have been under way then.
        const knows = heartbeatAt.getTime() - drainingSince.getTime() > settledMs;
        return knows && running === 0 && jobs.length === 0 ? 'DRAINED' : 'DRAINING';
      },
    }),
    host: t.exposeString('host', { description: 'The name of its machine.', extensions }),
    version: t.exposeString('version', { description: 'Its version of Pagehive, such as 0.1.0.', extensions }),
    concurrency: t.exposeInt('concurrency', {
      description: 'The maximum number of jobs that it runs at the same time.',
      extensions,
    }),
    runningJobs: t.exposeInt('running', { description: 'The number of jobs that it runs.', extensions }),
    jobs: t.expose('jobs', {
      type: [WorkerJob],
      description: 'The jobs that it runs, longest running ones first, at most 100.',
      extensions: { ...extensions, ...cost({ items: 10 }) },
    }),
    completedJobs: t.exposeInt('completed', {
      description: 'The number of jobs that it has completed since it started.',
      extensions,
    }),
    failedAttempts: t.exposeInt('failed', {
      description: 'The number of attempts that ended a job as FAILED on it since it started.',
      extensions,
    }),
    pagesPerMinute: t.exposeFloat('pagesPerMinute', {
      description: 'The number of pages that it read in the last minute.',
      extensions,
    }),
    memoryBytes: t.expose('memoryBytes', {
      type: 'BigInt',
      nullable: true,
      description: 'The resident memory of the worker and its extractors, in bytes; null if it is unknown.',
      extensions,
    }),
    sandbox: t.expose('sandbox', {
      type: SandboxLevelEnum,
      nullable: true,
      description: 'What separates its extractors from the rest of its machine; null until the first one is ready.',
      extensions,
    }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it started.', extensions }),
    drainingSince: t.expose('drainingSince', {
      type: 'DateTime',
      nullable: true,
      description: 'Since when it takes no more jobs, because of `drainWorker`; null while it takes some.',
      extensions,
    }),
    lastHeartbeat: t.expose('heartbeatAt', {
      type: 'DateTime',
      description: 'When it last sent a heartbeat; it sends one about every second.',
      extensions,
    }),
  }),
});

builder.queryField('workers', (t) =>
  t.field({
    type: [Worker],
    extensions: { ...extensions, ...cost({ points: 10, items: 20 }) },
    description: `All workers, longest running ones first, at most ${maxWorkers}. Silent ones stay for an hour. Needs the scope OPERATOR.`,
    resolve: (_, __, { system }) => listWorkers({ database: system }),
  }),
);

const DrainWorkerPayload = builder.objectRef<{ worker: WorkerState }>('DrainWorkerPayload').implement({
  description: 'The result of drainWorker.',
  fields: (t) => ({ worker: t.expose('worker', { type: Worker, description: 'The worker.' }) }),
});

builder.mutationField('drainWorker', (t) =>
  t.field({
    type: DrainWorkerPayload,
    nullable: true,
    extensions,
    description:
      'Lets a worker take no more jobs, within about a second. It finishes those that it runs and stays until its process is stopped. ' +
      'A worker that is SILENT or has left is NOT_FOUND. Safe to repeat. Needs the scope OPERATOR.',
    args: {
      id: t.arg.id({ required: true, description: 'The id of the worker.' }),
      undo: t.arg.boolean({ description: 'Whether to let it take jobs again instead. Default: false.' }),
    },
    async resolve(_, { id, undo }, { system }) {
      const uuid = decodeId('worker', id);
      const worker = uuid === null ? null : await setDraining({ database: system }, uuid, undo !== true);
      if (worker === null) throw new RequestError('NOT_FOUND', { message: 'There is no live worker with this id.' });
      return { worker };
    },
  }),
);
