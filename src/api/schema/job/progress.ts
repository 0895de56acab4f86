import { RequestError } from '../../../errors.ts';
import { decodeId, encodeId } from '../../../ids.ts';
import { cursorWithin, formatCursor, type ProgressState } from '../../../progress/state.ts';
import { checkJobFilter, parseAfter } from '../../inputs/inputs.ts';
import { perSubscriber } from '../../live/shared-events.ts';
import { builder } from '../builder.ts';
import { JobStage, JobStatus } from '../enums.ts';
import { JobFailure } from '../failure.ts';
import { JobFilter } from './connection.ts';
import {
  estimatedCompletionEarliestText,
  estimatedCompletionLatestText,
  estimatedCompletionText,
  queuePositionText,
} from './estimate.ts';
import { Job } from './job.ts';
import { acceptsUpdates } from './update-filter.ts';

const JobProgress = builder.objectRef<ProgressState>('JobProgress').implement({
  description: 'The progress of a job at one moment. The event is self-contained: a progress bar needs nothing else.',
  fields: (t) => ({
    cursor: t.string({ description: 'Pass this cursor as `after` to resume from here.', resolve: formatCursor }),
    revision: t.exposeInt('revision', {
      description: 'The revision of the job, which rises with every change of status.',
    }),
    jobId: t.id({ description: 'The id of the job.', resolve: ({ jobId }) => encodeId('job', jobId) }),
    name: t.exposeString('name', { nullable: true, description: "The client's label for the job." }),
    status: t.expose('status', { type: JobStatus, description: 'The status of the job.' }),
    stage: t.expose('stage', { type: JobStage, description: 'What the job is doing.' }),
    progressPercentage: t.exposeInt('percent', {
      description: 'Progress from 0 to 100. It never falls within an attempt, and is 100 only when COMPLETED.',
    }),
    pagesDone: t.exposeInt('pagesDone', { description: 'Number of pages read so far.' }),
    pagesTotal: t.exposeInt('pagesTotal', {
      nullable: true,
      description: 'Number of pages to read; null until the document is open.',
    }),
    bytesDone: t.expose('bytesDone', {
      type: 'BigInt',
      nullable: true,
      description: 'Number of bytes downloaded so far; null for other sources than URLs.',
    }),
    bytesTotal: t.expose('bytesTotal', {
      type: 'BigInt',
      nullable: true,
      description: 'Number of bytes to download, if the server announces it.',
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
    retryCount: t.exposeInt('retryCount', { description: 'Number of retries so far.' }),
    nextRetryAt: t.expose('nextRetryAt', {
      type: 'DateTime',
      nullable: true,
      description: 'The earliest start of the next attempt, while RETRYING.',
    }),
    failure: t.expose('failure', {
      type: JobFailure,
      nullable: true,
      description: 'Why the last attempt failed; null if none failed, or a later one succeeded.',
    }),
    at: t.expose('at', { type: 'DateTime', description: 'The time of the event.' }),
    job: t.prismaField({
      type: Job,
      extensions: perSubscriber,
      description: 'The job, never older than this event. With a COMPLETED event it has its `result`.',
      async resolve(query, { jobId }, _, { database, tenantId }) {
        const job = await database.prisma.job.findFirst({ ...query, where: { id: jobId, tenantId } });
        if (job === null) throw new RequestError('NOT_FOUND', { message: 'The job was deleted in the meantime.' });
        return job;
      },
    }),
  }),
});

builder.subscriptionField('jobProgress', (t) =>
  t.field({
    type: JobProgress,
    description:
      'The progress of one job. Sends the current state first, then every change, and completes when the job is final. Every subscriber gets the ' +
      'final state, however early, late or slow. A slow subscriber gets the latest update instead of a backlog, but every change of status.',
    args: {
      id: t.arg.id({ required: true, description: 'The id of the job.' }),
      after: t.arg.string({
        description: 'The cursor of the last event that you received: only newer events are sent.',
      }),
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
      'The progress of all your jobs from now on; it never completes. There is no snapshot: subscribe, then query `jobs`, and of two views of a job keep ' +
      'the one with the higher revision. With a filter, the event by which a job leaves the filter is sent too. A new estimate alone is not an event ' +
      'here, as it is in `jobProgress`.',
    args: { filter: t.arg({ type: JobFilter, description: 'Which jobs to watch.' }) },
    subscribe(_, { filter }, { hub, tenantId }) {
      checkJobFilter(filter);
      return hub.watchTenant(tenantId, acceptsUpdates(filter));
    },
    resolve: (state) => state,
  }),
);
