import { failures } from '../../errors.ts';
import { isRetryable } from '../../jobs/retry-policy.ts';
import type { ProgressState } from '../../progress/state.ts';
import { builder } from './builder.ts';

const FailureCategory = builder.enumType('FailureCategory', {
  description: 'Whose fault a failure is; decides whether it is tried again.',
  values: {
    INPUT: { description: "The document's: it fails the same way every time. Never retried." },
    TRANSIENT: { description: "The world's: a download, a lost worker. Retried with growing pauses." },
    RESOURCE: { description: 'Too much: time, memory, bytes or pages.' },
    INTERNAL: { description: 'Ours. Retried with growing pauses; please report it.' },
  } as const,
});

export const FailureCode = builder.enumType('FailureCode', {
  description: 'Why a job failed. The codes are stable; docs/errors.md explains each.',
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
    code: t.expose('code', { type: FailureCode, description: 'Stable: branch on this.' }),
    category: t.field({
      type: FailureCategory,
      description: 'Whose fault it is.',
      resolve: ({ code }) => failures[code].category,
    }),
    message: t.exposeString('message', { description: 'What happened, for people. May change.' }),
    advice: t.string({
      nullable: true,
      description: 'What to do about it.',
      resolve: ({ code }) => failures[code].advice,
    }),
    page: t.exposeInt('page', { nullable: true, description: 'The page that caused it (1-based), if one did.' }),
    retryable: t.boolean({
      description: 'Whether trying again can end differently; Pagehive does so by itself while retries are left.',
      resolve: ({ code }) => isRetryable(code),
    }),
  }),
});
