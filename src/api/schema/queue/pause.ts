import { RequestError } from '../../../errors.ts';
import { type QueueState, readQueue, setPaused } from '../../../fleet/queue.ts';
import { decodeId } from '../../../ids.ts';
import { scope } from '../../admission/declarations.ts';
import type { ApiContext } from '../../context.ts';
import { builder } from '../builder.ts';
import { Queue } from './queue.ts';

interface Changed {
  /** Whether what the mutation named is paused now. */
  paused: boolean;
  queue: QueueState;
}

const PauseQueuePayload = builder.objectRef<Changed>('PauseQueuePayload').implement({
  description: 'The result of pauseQueue.',
  fields: (t) => ({
    paused: t.exposeBoolean('paused', { description: 'Always true: the queue, or that of the tenant, is paused.' }),
    queue: t.expose('queue', { type: Queue, description: 'The queue.' }),
  }),
});

const ResumeQueuePayload = builder.objectRef<Changed>('ResumeQueuePayload').implement({
  description: 'The result of resumeQueue.',
  fields: (t) => ({
    paused: t.exposeBoolean('paused', {
      description: 'Always false: the queue, or that of the tenant, is not paused on its own any more.',
    }),
    queue: t.expose('queue', { type: Queue, description: 'The queue.' }),
  }),
});

const tenantText = 'The id of a tenant, to change only its queue. Default: the queue of all tenants.';

builder.mutationFields((t) => ({
  pauseQueue: t.field({
    type: PauseQueuePayload,
    nullable: true,
    extensions: scope('OPERATOR'),
    description:
      'Starts no more jobs until `resumeQueue`. Jobs are accepted and wait, and running ones continue. Safe to repeat. Needs the scope OPERATOR.',
    args: { tenant: t.arg.id({ description: tenantText }) },
    resolve: (_, { tenant }, context) => change(context, tenant, true),
  }),
  resumeQueue: t.field({
    type: ResumeQueuePayload,
    nullable: true,
    extensions: scope('OPERATOR'),
    description:
      'Starts jobs again after `pauseQueue`. Resuming all tenants does not resume a tenant that was paused on its own. Safe to repeat. Needs the scope OPERATOR.',
    args: { tenant: t.arg.id({ description: tenantText }) },
    async resolve(_, { tenant }, context) {
      const changed = await change(context, tenant, false);
      context.jobs.ring(Math.max(1, Math.min(changed.queue.depth, changed.queue.slots)));
      return changed;
    },
  }),
}));

async function change({ system }: ApiContext, tenant: string | null | undefined, paused: boolean): Promise<Changed> {
  const tenantId = tenant == null ? null : decodeId('tenant', tenant);
  const isKnown = (tenant == null || tenantId !== null) && (await setPaused(system, tenantId, paused));
  if (!isKnown) throw new RequestError('NOT_FOUND', { message: 'There is no such tenant.' });
  return { paused, queue: await readQueue({ database: system }) };
}
