import { type WorkerState, workerSilenceSeconds } from '../../../fleet/workers.ts';
import { encodeId } from '../../../ids.ts';
import { scope } from '../../admission/declarations.ts';
import { builder } from '../builder.ts';
import { Node } from '../node.ts';

const WorkerStatus = builder.enumType('WorkerStatus', {
  description: 'Whether a worker is alive.',
  values: {
    ALIVE: { description: 'Its last heartbeat is recent.' },
    SILENT: {
      description: `It has sent no heartbeat for ${workerSilenceSeconds} seconds. Other workers take over its jobs.`,
    },
  } as const,
});

const extensions = scope('OPERATOR');

/** A worker serves all tenants, so its fields are for operators. */
builder.objectRef<WorkerState>('Worker').implement({
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
      description: 'Whether it is alive.',
      extensions,
      resolve: ({ isAlive }) => (isAlive ? 'ALIVE' : 'SILENT'),
    }),
    host: t.exposeString('host', { description: 'The name of its machine.', extensions }),
    version: t.exposeString('version', { description: 'Its version of Pagehive, such as 0.1.0.', extensions }),
    concurrency: t.exposeInt('concurrency', {
      description: 'The number of jobs that it runs at the same time, at most.',
      extensions,
    }),
    runningJobs: t.exposeInt('running', { description: 'The number of jobs that it runs.', extensions }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it started.', extensions }),
    lastHeartbeat: t.expose('heartbeatAt', {
      type: 'DateTime',
      description: 'When it last sent a heartbeat; it sends one about every second.',
      extensions,
    }),
  }),
});
