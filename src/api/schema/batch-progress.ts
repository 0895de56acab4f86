import { RequestError } from '../../errors.ts';
import { decodeId, encodeId } from '../../ids.ts';
import { type BatchState, cursorWithin, formatCursor, isFinalBatch } from '../../progress/state.ts';
import { parseAfter } from '../inputs.ts';
import { perSubscriber } from '../shared-events.ts';
import { Batch, BatchStatus, countText } from './batch.ts';
import { builder } from './builder.ts';

const BatchProgress = builder.objectRef<BatchState>('BatchProgress').implement({
  description: 'The counts of a batch at one moment, complete in itself: a progress bar needs nothing else.',
  fields: (t) => ({
    cursor: t.string({ description: 'Pass it as `after` to go on from here.', resolve: formatCursor }),
    revision: t.exposeInt('revision', { description: "The batch's revision: rises with every change." }),
    batchId: t.id({ description: 'Which batch.', resolve: ({ batchId }) => encodeId('batch', batchId) }),
    name: t.exposeString('name', { nullable: true, description: "The client's label for the batch." }),
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
      description: countText.estimate,
      resolve: async (state, _, { estimates }) =>
        isFinalBatch(state) ? null : (await estimates.ofBatches([state.batchId]))[0]?.at,
    }),
    at: t.expose('at', { type: 'DateTime', description: 'When this was so.' }),
    batch: t.prismaField({
      type: Batch,
      extensions: perSubscriber,
      description: 'The batch itself, never older than this event.',
      async resolve(query, { batchId, tenantId }, _, { database }) {
        const batch = await database.prisma.batch.findFirst({ ...query, where: { id: batchId, tenantId } });
        if (batch === null) throw new RequestError('NOT_FOUND', { message: 'The batch was deleted meanwhile.' });
        return batch;
      },
    }),
  }),
});

builder.subscriptionField('batchProgress', (t) =>
  t.field({
    type: BatchProgress,
    description:
      'The counts of one batch: as they are now first, then as they change, ten times a second at most, and it completes when the batch is final. A ' +
      'slow subscriber gets the newest counts instead of a backlog.',
    args: {
      id: t.arg.id({ required: true, description: 'The id of the batch.' }),
      after: t.arg.string({ description: 'The cursor of the last event you have: only what is newer is sent.' }),
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
