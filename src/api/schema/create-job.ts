import { chosenOptions, defaultPriority, passwordPurpose } from '../../jobs/options.ts';
import { canonical, type SourceOfJob, type Submitted, submitJob } from '../../jobs/submit.ts';
import { atMost } from '../admission/declarations.ts';
import type { ApiContext } from '../context.ts';
import { type CreateJobInput, jobOptions, parseCreateJob } from '../inputs.ts';
import { checkSource, discardSource, storeSource } from '../sources.ts';
import { receiveWebhook } from '../webhook-target.ts';
import { builder } from './builder.ts';
import { Engine, ImageFormat } from './enums.ts';
import { Job } from './job.ts';
import { WebhookInput } from './webhook-input.ts';

/** Of jobs and of items of batches. */
export const metadataText =
  'Your own data, 16 KiB at most: comes back exactly as it came, also in webhooks. Numbers beyond ±(2^53 − 1) are refused, as they would be ' +
  'rounded; send them as strings.';

const JobSourceInput = builder.inputType('JobSourceInput', {
  isOneOf: true,
  description: 'The document: exactly one of these.',
  fields: (t) => ({
    url: t.string({
      description: 'http or https; downloaded by a worker, 1 GiB at most. Private addresses are refused.',
    }),
    upload: t.id({ description: 'The id of an upload whose bytes have arrived: the way for large files.' }),
    job: t.id({
      description:
        'The id of a job: its document again, without a second upload. A password has to be given again, and options are not taken over.',
    }),
    file: t.field({ type: 'File', description: 'In a multipart request, 25 MiB at most.' }),
    base64: t.string({ description: 'The bytes themselves (RFC 4648), 25 MiB at most once decoded.' }),
  }),
});

export const JobOptionsInput = builder.inputType('JobOptionsInput', {
  description: 'What to do with the document.',
  fields: (t) => ({
    password: t.string({
      description: 'Opens an encrypted document. Stored sealed, never given back, erased when the job is final.',
    }),
    pages: t.string({ description: 'Only these pages, such as "1-5,9,20-".' }),
    engine: t.field({ type: Engine, description: 'What reads the pages. Default AUTO.' }),
    keepHeadersFooters: t.boolean({ description: 'Keep running headers and footers in the Markdown. Default false.' }),
    keepHyphenation: t.boolean({
      description:
        'Keep words parted at line ends as they are printed in the Markdown, instead of joining them. Default false.',
    }),
    requireAllPages: t.boolean({
      description:
        'Fail the job with PDF_DAMAGED if a page cannot be read, instead of leaving that page empty (see Page.failure). Default false.',
    }),
    ocr: t.boolean({
      description:
        'Read pages by OCR that are pictures or have letters without meaning (see Page.ocrReason); other pages as ever. Such a page takes a second or ' +
        'two of a processor. Default false.',
    }),
    ocrLanguages: t.stringList({
      extensions: atMost(4),
      description:
        'The languages that OCR looks for, the most frequent one first: 1 to 4 of Tesseract\'s names, such as "eng", "deu" or "chi_sim". The npm package ' +
        '@tesseract.js-data/NAME must be installed where workers run, or the job fails with OCR_LANGUAGE_MISSING. Default ["eng"], which is there. ' +
        'Without `ocr` it means nothing.',
    }),
    thumbnails: t.boolean({
      description: 'Make a small image of each page: `Page.thumbnailUrl`. Default false.',
    }),
    thumbnailWidth: t.int({ description: 'How many pixels wide, 16 to 1000. Default 200.' }),
    pageImages: t.boolean({ description: 'Make a large image of each page: `Page.imageUrl`. Default false.' }),
    pageImageWidth: t.int({
      description:
        'How many pixels wide, 100 to 3000. Default 1000. An image is narrower where it would be more than four times as high as asked wide, or have more ' +
        'than 16 million pixels.',
    }),
    imageFormat: t.field({ type: ImageFormat, description: 'The format of both. Default JPEG.' }),
    timeoutSeconds: t.int({ description: 'How long an attempt may take in all, 1 to 86400. Default 900.' }),
    noProgressSeconds: t.int({
      description:
        'How long an attempt may go without finishing a page, or n times that of n pages read together; 1 to 86400. Default 120.',
    }),
    maxRetries: t.int({ description: 'Retries at most, 0 to 20. Default 3.' }),
  }),
});

const CreateJobInputType = builder.inputType('CreateJobInput', {
  description: 'A document and what to do with it.',
  fields: (t) => ({
    source: t.field({ type: JobSourceInput, required: true, description: 'The document.' }),
    name: t.string({ description: 'A label of your own, 500 characters at most.' }),
    metadata: t.field({ type: 'JSONObject', description: metadataText }),
    options: t.field({ type: JobOptionsInput, description: 'What to do.' }),
    priority: t.int({
      description: '0 (first) to 9, default 5. One step is worth ten minutes of waiting, so nothing starves.',
    }),
    runAt: t.field({ type: 'DateTime', description: 'Not before this.' }),
    idempotencyKey: t.string({
      description:
        'Makes repeating safe: the same key gives the same job, until 24 hours after it was deleted. Other content or options under the same key is ' +
        'the error IDEMPOTENCY_CONFLICT. 255 characters at most.',
    }),
    webhook: t.field({ type: WebhookInput, description: 'Whom to tell of it, by default when it has ended.' }),
  }),
});

const CreateJobPayload = builder.objectRef<Submitted>('CreateJobPayload').implement({
  description: 'What createJob gives back.',
  fields: (t) => ({
    job: t.expose('job', { type: Job, description: 'The job: accepted and safe on disk.' }),
    deduplicated: t.exposeBoolean('deduplicated', {
      description: 'True if an earlier call with this idempotency key made the job.',
    }),
  }),
});

builder.mutationField('createJob', (t) =>
  t.field({
    type: CreateJobPayload,
    nullable: true,
    description:
      'Accepts a document and answers at once; watch it with `jobProgress`. Once this has answered, the job reaches a final state whatever dies.',
    args: { input: t.arg({ type: CreateJobInputType, required: true, description: 'The document and what to do.' }) },
    resolve: (_, { input }, context) => createJob(context, parseCreateJob(input)),
  }),
);

async function createJob(context: ApiContext, input: CreateJobInput): Promise<Submitted> {
  const { options, password, maxRetries } = jobOptions(input.options);
  const webhook = await receiveWebhook(context, 'job', input.webhook);
  const source = await storeSource(context, await checkSource(context, input.source));
  const priority = input.priority ?? defaultPriority;
  const { name = null, metadata = null, runAt = null, idempotencyKey = null } = input;
  try {
    const submitted = await submitJob(context.jobs, {
      tenantId: context.tenantId,
      source,
      options,
      sealedPassword: password === null ? null : context.secrets.seal(passwordPurpose, password),
      name,
      metadata,
      priority,
      maxRetries,
      webhook,
      runAt,
      idempotencyKey,
      fingerprint:
        idempotencyKey === null
          ? null
          : fingerprint(context, {
              source: await identity(context, source),
              options: chosenOptions(options),
              password,
              name,
              metadata,
              priority,
              maxRetries,
              runAt,
              webhook: input.webhook,
            }),
    });
    if (submitted.deduplicated) await discardSource(context, source);
    else if (submitted.job.dueAt === null) context.estimates.arrived(submitted.job);
    return submitted;
  } catch (error) {
    // Unknown whether the row was written, if the connection broke in between: then the bytes stay.
    if (error instanceof Error && error.name === 'RequestError') await discardSource(context, source);
    throw error;
  }
}

/** Keyed, as the input may hold a password, and outlives the job. */
function fingerprint({ secrets }: ApiContext, input: unknown): string {
  return secrets.digest('idempotency', canonical(input));
}

/** What makes two sources the same document for idempotency: their bytes where they are known, else where they come from. */
async function identity({ writes, tenantId }: ApiContext, source: SourceOfJob): Promise<object> {
  if ('jobId' in source) return { job: source.jobId };
  if ('kind' in source) return source.sha256 === null ? { url: source.url } : { sha256: source.sha256 };
  // The same file uploaded again has another id.
  const where = { id: source.uploadId, tenantId };
  const upload = await writes.prisma.source.findFirst({ where, select: { sha256: true } });
  return upload?.sha256 ? { sha256: upload.sha256 } : source;
}
