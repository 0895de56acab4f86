import { restoreJob } from '../../../archive/restore-job.ts';
import { RequestError } from '../../../errors.ts';
import { decodeId } from '../../../ids.ts';
import { cost, scope } from '../../admission/declarations.ts';
import { builder } from '../builder.ts';

const RestoreJobPayload = builder.objectRef<{ jobId: string }>('RestoreJobPayload').implement({
  description: 'The result of restoreJob.',
  fields: (t) => ({
    jobId: t.exposeID('jobId', { description: 'The id of the job, which its tenant can read again.' }),
  }),
});

/**
 * A restore occupies a connection for seconds, so operators take turns at it. The time limit of operations does not end
 * it: a large job could never be restored.
 */
const turn = { owner: Symbol('restores'), atOnce: 1, signal: new AbortController().signal };

builder.mutationField('restoreJob', (t) =>
  t.field({
    type: RestoreJobPayload,
    nullable: true,
    extensions: { ...scope('OPERATOR'), ...cost({ points: 1_000 }) },
    description:
      'Brings an archived job back, with exactly the result that it had. Safe to repeat: a job that is not in the archive any more stays as it is. Needs the scope OPERATOR.',
    args: { id: t.arg.id({ required: true, description: 'The id of the job.' }) },
    async resolve(_, { id }, { system, storage, logger }) {
      const uuid = decodeId('job', id);
      const isThere =
        uuid !== null && (await system.within(turn, () => restoreJob({ database: system, storage, logger }, uuid)));
      if (!isThere) throw new RequestError('NOT_FOUND', { message: 'There is no such job, archived or not.' });
      return { jobId: id };
    },
  }),
);
