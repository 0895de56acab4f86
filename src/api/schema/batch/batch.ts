import { encodeId } from '../../../ids.ts';
import type { Estimate } from '../../../progress/state.ts';
import { createBatcher } from '../../answers/batcher.ts';
import type { ApiContext } from '../../context.ts';
import { checkBatchFormat } from '../../downloads/batch-file.ts';
import { downloadOf } from '../../downloads/download.ts';
import { checkJobFilter } from '../../inputs/inputs.ts';
import { builder } from '../builder.ts';
import { Download, ResultFormat } from '../download.ts';
import { JobConnection, JobFilter } from '../job/connection.ts';
import { Job } from '../job/job.ts';
import { Node } from '../node.ts';
import { resolveBatchJobs } from './jobs.ts';

export const BatchStatus = builder.enumType('BatchStatus', {
  description: 'The status of a batch. It is final when all its jobs are; retrying a job reopens it.',
  values: {
    PENDING: { description: 'No job has started.' },
    RUNNING: { description: 'Some jobs have started, and not all have ended.' },
    COMPLETED: { description: 'All jobs have ended, and none has failed.' },
    PARTIALLY_FAILED: { description: 'All jobs have ended. Some are COMPLETED, some FAILED.' },
    FAILED: { description: 'All jobs have ended. Some are FAILED, none is COMPLETED.' },
    CANCELLED: { description: 'All jobs were cancelled, by `cancelBatch` or one by one.' },
  } as const,
});

/** Descriptions of the fields that Batch and BatchProgress share. */
export const countText = {
  total:
    'Number of jobs. The five counts of `pending`, `running`, `completed`, `failed` and `cancelled` always add up to it. Deleting a job changes none of them.',
  pending: 'Number of jobs that are PENDING or RETRYING.',
  running: 'Number of jobs that are RUNNING.',
  completed: 'Number of jobs that are COMPLETED.',
  failed: 'Number of jobs that are FAILED.',
  cancelled: 'Number of jobs that are CANCELLED.',
  percent:
    'Average progress of the jobs, from 0 to 100. A job that has ended counts as 100, however it ended. It is 100 only when the batch is final, and falls only when a job is retried.',
  estimate: 'When the last job is expected to be final; null when final, and while no worker is alive.',
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
  description: 'Jobs that were accepted together, with their counts. The counts are at most a quarter of a second old.',
  interfaces: [Node],
  select: { id: true, createdAt: true },
  fields: (t) => ({
    id: t.id({
      description: 'The global id, such as batch_01h455vb4pex5vsknk084sn02q.',
      resolve: ({ id }) => encodeId('batch', id),
    }),
    revision: t.exposeInt('revision', {
      description:
        'Rises with every change of the counts. Of two views of a batch, keep the one with the higher revision.',
    }),
    name: t.exposeString('name', { nullable: true, description: "The client's label." }),
    status: t.expose('status', { type: BatchStatus, description: 'The status of the batch.' }),
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
      description:
        'The earliest likely time of completion: four out of five batches end between this and `estimatedCompletionLatest`.',
      resolve: async (batch, _, context) => (await estimateOf(batch, context))?.earliest,
    }),
    estimatedCompletionLatest: t.field({
      type: 'DateTime',
      nullable: true,
      select: estimateSelection,
      description:
        'The latest likely time of completion: four out of five batches end between `estimatedCompletionEarliest` and this.',
      resolve: async (batch, _, context) => (await estimateOf(batch, context))?.latest,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the batch was accepted.' }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the batch became final; null before.',
    }),
    jobs: t.field({
      type: JobConnection,
      args: { ...t.arg.connectionArgs(), filter: t.arg({ type: JobFilter, description: 'Which jobs to list.' }) },
      description: 'The jobs in the order of their items, without deleted jobs.',
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
          description: 'NDJSON or ZIP. Other formats are BAD_USER_INPUT.',
        }),
      },
      description:
        'The jobs as a file, with the pages of those that are COMPLETED when the file is fetched. Deleted jobs are left out.',
      resolve({ id }, { format }, context) {
        checkBatchFormat(format);
        return downloadOf(context, encodeId('batch', id), format, null);
      },
    }),
  }),
});

builder.prismaObjectField(Job, 'batch', (t) =>
  t.relation('batch', { type: Batch, nullable: true, description: 'The batch that the job belongs to, if any.' }),
);
