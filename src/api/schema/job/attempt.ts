import { encodeId } from '../../../ids.ts';
import type { failureOf } from '../../../job-row/job.ts';
import { builder } from '../builder.ts';
import { JobFailure } from '../failure.ts';

/** Maximum number of attempts that a job lists: it may be retried any number of times. */
export const newestAttempts = 100;

export interface Attempt {
  number: number;
  workerId: string | null;
  startedAt: Date;
  finishedAt: Date | null;
  failure: ReturnType<typeof failureOf>;
}

export const JobAttempt = builder.objectRef<Attempt>('JobAttempt').implement({
  description: 'An attempt of one worker to process a job.',
  fields: (t) => ({
    number: t.exposeInt('number', { description: 'Number of the attempt, counting from 1 over all runs of the job.' }),
    workerId: t.string({
      nullable: true,
      description: 'The id of the worker.',
      resolve: ({ workerId }) => workerId && encodeId('worker', workerId),
    }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When the worker took the job.' }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the attempt ended; null while it runs.',
    }),
    failure: t.expose('failure', {
      type: JobFailure,
      nullable: true,
      description: 'Why the attempt failed; null if it did not.',
    }),
  }),
});
