import { maxCountedJobs, maxPausedTenants, type QueueState, readQueue } from '../../../fleet/queue.ts';
import { encodeId } from '../../../ids.ts';
import { cost, scope } from '../../admission/declarations.ts';
import { builder } from '../builder.ts';

const upTo = `Counted up to ${maxCountedJobs.toLocaleString('en')}.`;

export const Queue = builder.objectRef<QueueState>('Queue').implement({
  description: 'The queue of the whole installation at one moment.',
  fields: (t) => ({
    paused: t.boolean({
      description: 'Whether an operator paused the whole queue: jobs are accepted and wait, and running ones continue.',
      resolve: ({ pausedAt }) => pausedAt !== null,
    }),
    pausedAt: t.expose('pausedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the whole queue was paused; null while it runs.',
    }),
    pausedTenantIds: t.idList({
      extensions: cost({ items: 10 }),
      description: `The ids of the tenants whose own queue is paused, longest paused ones first, at most ${maxPausedTenants}.`,
      resolve: ({ pausedTenants }) => pausedTenants.map((id) => encodeId('tenant', id)),
    }),
    depth: t.exposeInt('depth', { description: `The number of jobs that are PENDING or RETRYING. ${upTo}` }),
    scheduled: t.exposeInt('scheduled', {
      description: `The number of jobs of \`depth\` that have a start time: \`runAt\`, or that of a retry. ${upTo}`,
    }),
    running: t.exposeInt('running', { description: 'The number of running jobs.' }),
    workers: t.exposeInt('workers', { description: 'The number of live workers.' }),
    slots: t.exposeInt('slots', {
      description: 'The number of jobs that the live workers can run at once, without workers that drain.',
    }),
    oldestWaitingSeconds: t.exposeFloat('oldestWaitingSeconds', {
      nullable: true,
      description: 'How long the first job that could start has been waiting, in seconds; null if none could.',
    }),
    submittedPerMinute: t.exposeInt('submittedPerMinute', {
      description: `The number of jobs accepted in the last minute. ${upTo}`,
    }),
    completedPerMinute: t.exposeInt('completedPerMinute', {
      description: `The number of jobs that became COMPLETED in the last minute. ${upTo}`,
    }),
    failedPerMinute: t.exposeInt('failedPerMinute', {
      description: `The number of jobs that became FAILED in the last minute. ${upTo}`,
    }),
  }),
});

builder.queryField('queue', (t) =>
  t.field({
    type: Queue,
    extensions: { ...scope('OPERATOR'), ...cost({ points: 50 }) },
    description: 'The queue of the whole installation. Needs the scope OPERATOR.',
    resolve: (_, __, { system }) => readQueue({ database: system }),
  }),
);

builder.subscriptionField('queueStats', (t) =>
  t.field({
    type: Queue,
    extensions: scope('OPERATOR'),
    description:
      'The queue of the whole installation: its state, then every change, at most once a second. A slow subscriber gets the newest state. Needs the scope OPERATOR.',
    subscribe: (_, __, { queueWatch }) => queueWatch.watch(),
    resolve: (state) => state,
  }),
);
