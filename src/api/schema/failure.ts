import { failures } from '../../errors.ts';
import { isRetryable } from '../../jobs/retry-policy.ts';
import type { ProgressState } from '../../progress/state.ts';
import { builder } from './builder.ts';

const FailureCategory = builder.enumType('FailureCategory', {
  description: 'Where the cause of a failure lies. It decides whether the job is retried.',
  values: {
    INPUT: { description: 'In the document: every attempt would fail the same way. Never retried.' },
    TRANSIENT: { description: 'Outside: a download failed, a worker was lost. Retried with growing delays.' },
    RESOURCE: { description: 'In a limit of time, memory, bytes or pages.' },
    INTERNAL: { description: 'In Pagehive. Retried with growing delays; please report it.' },
  } as const,
});

export const FailureCode = builder.enumType('FailureCode', {
  description: 'Why an attempt failed. The codes are stable; docs/errors.md explains each.',
  values: Object.fromEntries(
    Object.entries(failures).map(([code, { message, category }]) => [
      code,
      { description: `${message} (${category})` },
    ]),
  ) as { [code in keyof typeof failures]: { description: string } },
});

export const JobFailure = builder.objectRef<NonNullable<ProgressState['failure']>>('JobFailure').implement({
  description: 'Why an attempt at a job failed.',
  fields: (t) => ({
    code: t.expose('code', { type: FailureCode, description: 'A stable code for programs to branch on.' }),
    category: t.field({
      type: FailureCategory,
      description: 'Where the cause lies.',
      resolve: ({ code }) => failures[code].category,
    }),
    message: t.string({
      description:
        'What happened, for people. The wording may change. With a watch token, it is the general message of the code.',
      // The stored message may name the host of the source.
      resolve: ({ code, message }, _args, { watch }) => (watch === null ? message : failures[code].message),
    }),
    advice: t.string({
      nullable: true,
      description: 'What to do about the failure.',
      resolve: ({ code }) => failures[code].advice,
    }),
    page: t.exposeInt('page', {
      nullable: true,
      description: 'The page that caused the failure, counting from 1, if one did.',
    }),
    retryable: t.boolean({
      description: 'Whether another attempt may succeed. Pagehive retries automatically while retries are left.',
      resolve: ({ code }) => isRetryable(code),
    }),
  }),
});
