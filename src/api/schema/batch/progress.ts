import { RequestError } from '../../../errors.ts';
import { decodeId, encodeId } from '../../../ids.ts';
import { type BatchState, cursorWithin, formatCursor, isFinalBatch } from '../../../progress/state.ts';
import { parseAfter } from '../../inputs/inputs.ts';
import { perSubscriber } from '../../live/shared-events.ts';
import { builder } from '../builder.ts';
import { Batch, BatchStatus, countText } from './batch.ts';

const BatchProgress = builder.objectRef<BatchState>('BatchProgress').implement({
  description: 'The counts of a batch at one moment. The event is self-contained: a progress bar needs nothing else.',
  fields: (t) => ({
    cursor: t.string({ description: 'Pass this cursor as `after` to resume from here.', resolve: formatCursor }),
    revision: t.exposeInt('revision', {
      description: 'The revision of the batch, which rises with every change of the counts.',
    }),
    batchId: t.id({ description: 'The id of the batch.', resolve: ({ batchId }) => encodeId('batch', batchId) }),
    name: t.exposeString('name', { nullable: true, description: "The client's label for the batch." }),
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
      description: countText.estimate,
      resolve: async (state, _, { estimates }) =>
        isFinalBatch(state) ? null : (await estimates.ofBatches([state.batchId]))[0]?.at,
    }),
    at: t.expose('at', { type: 'DateTime', description: 'The time of the event.' }),
    batch: t.prismaField({
      type: Batch,
      extensions: perSubscriber,
      description: 'The batch, never older than this event.',
      async resolve(query, { batchId }, _, { database, tenantId }) {
        const batch = await database.prisma.batch.findFirst({ ...query, where: { id: batchId, tenantId } });
        if (batch === null) throw new RequestError('NOT_FOUND', { message: 'The batch was deleted in the meantime.' });
        return batch;
      },
    }),
  }),
});

builder.subscriptionField('batchProgress', (t) =>
  t.field({
    type: BatchProgress,
    description:
      'The counts of one batch. Sends the current counts first, then every change, at most ten times a second, and completes when the batch is final. ' +
      'A slow subscriber gets the latest counts instead of a backlog.',
    args: {
      id: t.arg.id({ required: true, description: 'The id of the batch.' }),
      after: t.arg.string({
        description: 'The cursor of the last event that you received: only newer events are sent.',
      }),
    },
    async subscribe(_, { id, after }, { hub, database, tenantId }) {
      const cursor = parseAfter(after, 'batchProgress');
      const batchId = decodeId('batch', id);
      const found =
        batchId &&
        (await database.prisma.batch.findFirst({
          where: { id: batchId, tenantId },
          select: { id: true, revision: true },
        }));
      if (!found) throw new RequestError('NOT_FOUND', { message: 'There is no such batch.' });
      return hub.watchBatch(tenantId, found.id, cursorWithin(cursor, found.revision));
    },
    resolve: (state) => state,
  }),
);
