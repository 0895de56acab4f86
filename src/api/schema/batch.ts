import { encodeId } from '../../ids.ts';
import type { Estimate } from '../../progress/state.ts';
import { createBatcher } from '../batcher.ts';
import type { ApiContext } from '../context.ts';
import { checkBatchFormat } from '../downloads/batch-file.ts';
import { downloadOf } from '../downloads/download.ts';
import { checkJobFilter } from '../inputs.ts';
import { resolveBatchJobs } from './batch-jobs.ts';
import { builder } from './builder.ts';
import { Download, ResultFormat } from './download.ts';
import { Job } from './job.ts';
import { JobConnection, JobFilter } from './job-connection.ts';
import { Node } from './node.ts';

export const BatchStatus = builder.enumType('BatchStatus', {
  description: 'Where a batch stands. It is final when all its jobs are; a retry of one of them opens it again.',
  values: {
    PENDING: { description: 'No job has started.' },
    RUNNING: { description: 'Some jobs have started or ended, not all have ended.' },
    COMPLETED: { description: 'All jobs have ended and none has failed.' },
    PARTIALLY_FAILED: { description: 'All jobs have ended; some are COMPLETED, some FAILED.' },
    FAILED: { description: 'All jobs have ended; some are FAILED, none is COMPLETED.' },
    CANCELLED: { description: 'All jobs have ended, by `cancelBatch` or each by `cancelJob`.' },
  } as const,
});

/** What Batch and BatchProgress say alike. */
export const countText = {
  total: 'Jobs in all. The five counts below always add up to it; deleting a job changes none of them.',
  pending: 'Jobs that wait, for a worker or for another try.',
  running: 'Jobs that a worker holds.',
  completed: 'Jobs that are COMPLETED.',
  failed: 'Jobs that are FAILED.',
  cancelled: 'Jobs that are CANCELLED.',
  percent:
    '0 to 100: the average of its jobs, one that has ended counting as whole, however it ended. 100 only when final; falls only by a retry.',
  estimate: 'When the last of its jobs is expected to be final; null when final, or while there is no living worker.',
};

interface SelectedBatch {
  id: string;
  finishedAt: Date | null;
}

const estimatesOfBatches = createBatcher<string, Estimate | null>();

function estimateOf({ id, finishedAt }: SelectedBatch, context: ApiContext): Promise<Estimate | null> {
  if (finishedAt !== null) return Promise.resolve(null);
  return estimatesOfBatches(context, 'estimate', id, (ids) => context.estimates.ofBatches(ids));
}

const estimateSelection = { id: true, finishedAt: true } as const;

export const Batch = builder.prismaObject('Batch', {
  description:
    'Many jobs that were accepted at once, with their counts. What is shown is a quarter of a second old at most.',
  interfaces: [Node],
  select: { id: true, createdAt: true },
  fields: (t) => ({
    id: t.id({ description: 'Such as batch_01h455vb4pex5vsknk084sn02q.', resolve: ({ id }) => encodeId('batch', id) }),
    revision: t.exposeInt('revision', {
      description: 'Rises with every change. Of two views of a batch, keep the one with the higher revision.',
    }),
    name: t.exposeString('name', { nullable: true, description: "The client's label for it." }),
    status: t.expose('status', { type: BatchStatus, description: 'Where it stands.' }),
    total: t.exposeInt('total', { description: countText.total }),
    pending: t.exposeInt('pending', { description: countText.pending }),
    running: t.exposeInt('running', { description: countText.running }),
    completed: t.exposeInt('completed', { description: countText.completed }),
    failed: t.exposeInt('failed', { description: countText.failed }),
    cancelled: t.exposeInt('cancelled', { description: countText.cancelled }),
    progressPercentage: t.exposeInt('percent', { description: countText.percent }),
    estimatedCompletion: t.field({
      type: 'DateTime',
      nullable: true,
      select: estimateSelection,
      description: countText.estimate,
      resolve: async (batch, _, context) => (await estimateOf(batch, context))?.at,
    }),
    estimatedCompletionEarliest: t.field({
      type: 'DateTime',
      nullable: true,
      select: estimateSelection,
      description: 'With `estimatedCompletionLatest`: between the two the end should lie four times out of five.',
      resolve: async (batch, _, context) => (await estimateOf(batch, context))?.earliest,
    }),
    estimatedCompletionLatest: t.field({
      type: 'DateTime',
      nullable: true,
      select: estimateSelection,
      description: 'With `estimatedCompletionEarliest`: between the two the end should lie four times out of five.',
      resolve: async (batch, _, context) => (await estimateOf(batch, context))?.latest,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was accepted.' }),
    finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true, description: 'When it became final.' }),
    jobs: t.field({
      type: JobConnection,
      args: { ...t.arg.connectionArgs(), filter: t.arg({ type: JobFilter, description: 'Only these jobs.' }) },
      description: 'Its jobs, in the order of the items; those that were deleted are left out.',
      resolve({ id }, { filter, ...args }, context, info) {
        checkJobFilter(filter);
        return resolveBatchJobs(id, filter, args, context, info);
      },
    }),
    download: t.field({
      type: Download,
      args: {
        format: t.arg({
          type: ResultFormat,
          required: true,
          description: 'NDJSON or ZIP; another one is the error BAD_USER_INPUT.',
        }),
      },
      description:
        'Its jobs as a file, with the pages of those that are COMPLETED when it is fetched; those that were deleted are left out.',
      resolve({ id }, { format }, context) {
        checkBatchFormat(format);
        return downloadOf(context, encodeId('batch', id), format, null);
      },
    }),
  }),
});

builder.prismaObjectField(Job, 'batch', (t) =>
  t.relation('batch', { type: Batch, nullable: true, description: 'The batch that it belongs to; null without one.' }),
);
