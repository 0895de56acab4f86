import { z } from 'zod';
import { parse, refusal } from './values.ts';

/** Lifetimes of a watch token, in seconds. */
export const watchSeconds = { min: 60, max: 86_400, default: 3_600 };

const watchToken = z
  .object({
    job: z.string().nullish(),
    batch: z.string().nullish(),
    download: z.string().nullish(),
    expireAfterSeconds: z.number().int().min(watchSeconds.min).max(watchSeconds.max).nullish(),
  })
  .refine(({ job, batch }) => (job == null) !== (batch == null), {
    ...refusal('EXACTLY_ONE', 'exactly one of job and batch must be given'),
    when: () => true,
  });

/** Parses the input of createWatchToken. */
export function parseCreateWatchToken(input: unknown): z.infer<typeof watchToken> {
  return parse(watchToken, input);
}
