import { RequestError } from '../../errors.ts';
import { decodeId, encodeId } from '../../ids.ts';
import { cursorWithin, formatCursor, type ProgressState } from '../../progress/state.ts';
import { checkJobFilter, parseAfter } from '../inputs.ts';
import { perSubscriber } from '../shared-events.ts';
import { acceptsUpdates } from '../update-filter.ts';
import { builder } from './builder.ts';
import { JobStage, JobStatus } from './enums.ts';
import {
  estimatedCompletionEarliestText,
  estimatedCompletionLatestText,
  estimatedCompletionText,
  queuePositionText,
} from './estimate.ts';
import { JobFailure } from './failure.ts';
import { Job } from './job.ts';
import { JobFilter } from './job-connection.ts';

const JobProgress = builder.objectRef<ProgressState>('JobProgress').implement({
  description: 'The progress of a job at one moment, complete in itself: a progress bar needs nothing else.',
  fields: (t) => ({
    cursor: t.string({ description: 'Pass it as `after` to go on from here.', resolve: formatCursor }),
    revision: t.exposeInt('revision', { description: "The job's revision: rises with every transition." }),
    jobId: t.id({ description: 'Which job.', resolve: ({ jobId }) => encodeId('job', jobId) }),
    name: t.exposeString('name', { nullable: true, description: "The client's label for the job." }),
    status: t.expose('status', { type: JobStatus, description: 'Where it stands.' }),
    stage: t.expose('stage', { type: JobStage, description: 'What it is busy with.' }),
    progressPercentage: t.exposeInt('percent', {
      description: '0 to 100. Never falls within an attempt; 100 only when COMPLETED.',
    }),
    pagesDone: t.exposeInt('pagesDone', { description: 'Pages extracted so far.' }),
    pagesTotal: t.exposeInt('pagesTotal', {
      nullable: true,
      description: 'Pages to extract; null until the document is open.',
    }),
    bytesDone: t.expose('bytesDone', {
      type: 'BigInt',
      nullable: true,
      description: 'Bytes downloaded so far, for a URL.',
    }),
    bytesTotal: t.expose('bytesTotal', {
      type: 'BigInt',
      nullable: true,
      description: 'Bytes to download, where the server tells.',
    }),
    queuePosition: t.int({
      nullable: true,
      description: queuePositionText,
      resolve: async (state, _, { estimates }) => (await estimates.ofState(state)).queuePosition,
    }),
    estimatedCompletion: t.field({
      type: 'DateTime',
      nullable: true,
      description: estimatedCompletionText,
      resolve: async (state, _, { estimates }) => (await estimates.ofState(state)).estimate?.at,
    }),
    estimatedCompletionEarliest: t.field({
      type: 'DateTime',
      nullable: true,
      description: estimatedCompletionEarliestText,
      resolve: async (state, _, { estimates }) => (await estimates.ofState(state)).estimate?.earliest,
    }),
    estimatedCompletionLatest: t.field({
      type: 'DateTime',
      nullable: true,
      description: estimatedCompletionLatestText,
      resolve: async (state, _, { estimates }) => (await estimates.ofState(state)).estimate?.latest,
    }),
    retryCount: t.exposeInt('retryCount', { description: 'Retries so far.' }),
    nextRetryAt: t.expose('nextRetryAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the next attempt may start, while RETRYING.',
    }),
    failure: t.expose('failure', { type: JobFailure, nullable: true, description: 'Why the last attempt failed.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When this was so.' }),
    job: t.prismaField({
      type: Job,
      extensions: perSubscriber,
      description: 'The job itself, never older than this event; on a COMPLETED event `result` is there.',
      async resolve(query, { jobId, tenantId }, _, { database }) {
        const job = await database.prisma.job.findFirst({ ...query, where: { id: jobId, tenantId } });
        if (job === null) throw new RequestError('NOT_FOUND', { message: 'The job was deleted meanwhile.' });
        return job;
      },
    }),
  }),
});

builder.subscriptionField('jobProgress', (t) =>
  t.field({
    type: JobProgress,
    description:
      'The progress of one job: its current state first, then every change, and it completes when the job is final. However early, late or slow a ' +
      'subscriber is, it gets the final state. A slow one gets the newest update instead of a backlog, but every transition.',
    args: {
      id: t.arg.id({ required: true, description: 'The id of the job.' }),
      after: t.arg.string({ description: 'The cursor of the last event you have: only what is newer is sent.' }),
    },
    async subscribe(_, { id, after }, { hub, database, tenantId }) {
      const cursor = parseAfter(after, 'jobProgress');
      const jobId = decodeId('job', id);
      const found =
        jobId &&
        (await database.prisma.job.findFirst({ where: { id: jobId, tenantId }, select: { id: true, revision: true } }));
      if (!found) throw new RequestError('NOT_FOUND', { message: 'There is no such job.' });
      return hub.watchJob(tenantId, found.id, cursorWithin(cursor, found.revision));
    },
    resolve: (state) => state,
  }),
);

builder.subscriptionField('jobUpdates', (t) =>
  t.field({
    type: JobProgress,
    description:
      'What happens to all your jobs from now on. No snapshot: subscribe, then query `jobs`, and of two views of a job keep the one with the higher ' +
      'revision. Never completes. A new estimate alone is no event here: while a job waits, `jobProgress` tells of each. With a filter, an event by which a job leaves it is sent too.',
    args: { filter: t.arg({ type: JobFilter, description: 'Only these jobs.' }) },
    subscribe(_, { filter }, { hub, tenantId }) {
      checkJobFilter(filter);
      return hub.watchTenant(tenantId, acceptsUpdates(filter));
    },
    resolve: (state) => state,
  }),
);
