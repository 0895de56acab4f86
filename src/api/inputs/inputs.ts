import { z } from 'zod';
import { createPauses } from '../../documents/pauses.ts';
import { type InputIssue, RequestError } from '../../errors.ts';
import { type OptionChanges, optionChecks } from '../../job-row/options.ts';
import { maxBatchItems } from '../../jobs/batch-size.ts';
import { type Cursor, parseCursor } from '../../progress/state.ts';
import { metadata } from './metadata.ts';
import { httpUrl, issuesOf, maxIssues, messageOf, parse, refusal, shortText, storableDate } from './values.ts';
import { webhook, webhookOfJob } from './webhooks.ts';

/** The options of a request. Null counts as omitted. */
const options = z
  .unknown()
  .transform(withoutNulls)
  .pipe(
    z.object({ ...optionChecks, password: shortText(1_024), maxRetries: z.number().int().min(0).max(20) }).partial(),
  );

function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each != null));
}

/** Checks the shape, because the file of a multipart part is not an instance of the global File. */
function isFile(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'stream' in value && typeof value.stream === 'function';
}

const createJob = z.object({
  source: z.object({
    url: httpUrl.nullish(),
    upload: z.string().nullish(),
    job: z.string().nullish(),
    file: z.custom<File>(isFile, refusal('INVALID_FILE', 'must be a file of a multipart request')).nullish(),
    base64: z.string().nullish(),
  }),
  name: shortText(500).nullish(),
  metadata: metadata.nullish(),
  options: options.nullish(),
  priority: z.number().int().min(0).max(9).nullish(),
  runAt: storableDate.nullish(),
  idempotencyKey: shortText(255).min(1).nullish(),
  webhook: webhookOfJob.nullish(),
});

const batchItem = z.object({
  source: z
    .object({
      url: httpUrl.nullish(),
      upload: z.string().nullish(),
      job: z.string().nullish(),
      base64: z.string().nullish(),
    })
    .refine((source) => Object.values(source).filter((each) => each != null).length === 1, {
      ...refusal('EXACTLY_ONE', 'exactly one of url, upload, job and base64 must be given'),
      when: () => true,
    }),
  name: shortText(500).nullish(),
  metadata: metadata.nullish(),
  options: options.nullish(),
});

const createBatch = z.object({
  name: shortText(500).nullish(),
  items: z
    .array(z.unknown())
    .min(1, 'a batch needs at least one item')
    .max(maxBatchItems, `a batch may have at most ${maxBatchItems} items: send several batches`),
  options: options.nullish(),
  priority: z.number().int().min(0).max(9).nullish(),
  idempotencyKey: shortText(255).min(1).nullish(),
  webhook: webhook.nullish(),
});

const createUpload = z.object({
  filename: shortText(255).nullish(),
  contentType: shortText(255).nullish(),
  bytes: z.bigint().min(0n).nullish(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/i, 'must be 64 hexadecimal digits')
    .toLowerCase()
    .nullish(),
});

const jobFilter = z
  .object({
    batch: z.string().nullish(),
    name: shortText(500).nullish(),
    createdAfter: storableDate.nullish(),
    createdBefore: storableDate.nullish(),
  })
  .nullish();

export type CreateJobInput = z.infer<typeof createJob>;
export type CreateBatchInput = Omit<z.infer<typeof createBatch>, 'items'> & { items: z.infer<typeof batchItem>[] };
export type CreateUploadInput = z.infer<typeof createUpload>;

export function parseCreateJob(input: unknown): CreateJobInput {
  return parse(createJob, input);
}

/** Parses the items one by one, and serves other requests in between. */
export async function parseCreateBatch(input: unknown): Promise<CreateBatchInput> {
  const { items: given, ...rest } = parse(createBatch, input);
  const items: CreateBatchInput['items'] = [];
  const issues: InputIssue[] = [];
  const pause = createPauses();
  for (const [index, item] of given.entries()) {
    await pause();
    const { data, error } = batchItem.safeParse(item, { error: messageOf });
    if (error === undefined) items.push(data);
    else issues.push(...issuesOf(error, ['input', 'items', index]));
    if (issues.length >= maxIssues) break;
  }
  if (issues.length > 0) throw new RequestError('BAD_USER_INPUT', { issues: issues.slice(0, maxIssues) });
  return { ...rest, items };
}

/** Parses the `options` argument of a retry, which replace those of the job. */
export function parseRetryOptions(value: unknown): Omit<OptionChanges, 'limits'> & { password: string | null } {
  const { password, maxRetries, ...chosen } = parse(options, value ?? {}, 'options');
  return { options: chosen, maxRetries: maxRetries ?? null, password: password ?? null };
}

export function parseCreateUpload(input: unknown): CreateUploadInput {
  return parse(createUpload, input);
}

const searchQuery = shortText(500).refine((query) => query.trim() !== '', refusal('TOO_SHORT', 'must not be empty'));

/** Parses the `query` argument of a search. */
export function parseSearchQuery(query: string): string {
  return parse(searchQuery, query, 'query');
}

/** Parses the `after` argument of a subscription. */
export function parseAfter(after: string | null | undefined, of: string): Cursor | null {
  if (after == null) return null;
  const cursor = parseCursor(after);
  if (cursor !== null) return cursor;
  throw new RequestError('BAD_USER_INPUT', {
    issues: [{ path: ['after'], code: 'INVALID_CURSOR', message: `is not a cursor of ${of}` }],
  });
}

/** Refuses values that PostgreSQL cannot compare with a row. */
export function checkJobFilter(filter: unknown): void {
  parse(jobFilter, filter, 'filter');
}
