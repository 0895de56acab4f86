import { encodeId } from '../../ids.ts';
import { failureOf } from '../../jobs/job.ts';
import { jobMetadata } from '../../jobs/job-content.ts';
import { type JobOptions, storedOptions } from '../../jobs/options.ts';
import { loadContent } from '../content.ts';
import { withoutCredentials } from '../sources.ts';
import { builder } from './builder.ts';
import { Engine, ImageFormat, JobStage, JobStatus } from './enums.ts';
import {
  estimatedCompletionEarliestText,
  estimatedCompletionLatestText,
  estimatedCompletionText,
  estimateOf,
  estimateSelection,
  queuePositionText,
} from './estimate.ts';
import { JobFailure } from './failure.ts';
import { Node } from './node.ts';
import { PageConnection, resolvePages } from './page.ts';
import { JobResult } from './result.ts';

const SourceKind = builder.enumType('SourceKind', {
  description: 'How a document came in.',
  values: {
    URL: { description: 'Downloaded by a worker.' },
    UPLOAD: { description: 'By `createUpload` and PUT.' },
    FILE: { description: 'In a multipart request.' },
    BASE64: { description: 'Inside the request.' },
  } as const,
});

export const JobSource = builder.prismaObject('Source', {
  name: 'JobSource',
  description: 'The document that a job was given.',
  fields: (t) => ({
    kind: t.expose('kind', { type: SourceKind, description: 'How it came in.' }),
    url: t.string({
      nullable: true,
      select: { url: true },
      description:
        'Where it is downloaded from, for a URL; without the user name and password that it may have been given with.',
      resolve: ({ url }) => url && withoutCredentials(url),
    }),
    filename: t.exposeString('filename', { nullable: true, description: 'Its name, where known.' }),
    bytes: t.expose('bytes', { type: 'BigInt', nullable: true, description: 'Its size; null until it is downloaded.' }),
    sha256: t.exposeString('sha256', {
      nullable: true,
      description: 'SHA-256 of its bytes, lowercase hex; null until it is downloaded.',
    }),
  }),
});

const JobOptionsType = builder.objectRef<JobOptions>('JobOptions').implement({
  description: 'What a job does, defaults filled in. A password is never given back.',
  fields: (t) => ({
    pages: t.exposeString('pages', {
      nullable: true,
      description: 'The pages asked for, such as "1-5,9,20-"; null for all.',
    }),
    engine: t.expose('engine', { type: Engine, description: 'The engine asked for.' }),
    keepHeadersFooters: t.exposeBoolean('keepHeadersFooters', {
      description: 'Whether running headers and footers stay in the Markdown.',
    }),
    keepHyphenation: t.exposeBoolean('keepHyphenation', {
      description: 'Whether words parted at line ends stay parted in the Markdown.',
    }),
    requireAllPages: t.exposeBoolean('requireAllPages', {
      description: 'Whether a page that cannot be read fails the job.',
    }),
    ocr: t.exposeBoolean('ocr', { description: 'Whether pages that need it are read by OCR.' }),
    ocrLanguages: t.exposeStringList('ocrLanguages', {
      description: "The languages that OCR looks for, by Tesseract's names.",
    }),
    thumbnails: t.exposeBoolean('thumbnails', { description: 'Whether small images of the pages are made.' }),
    thumbnailWidth: t.exposeInt('thumbnailWidth', { description: 'How many pixels wide those are.' }),
    pageImages: t.exposeBoolean('pageImages', { description: 'Whether large images of the pages are made.' }),
    pageImageWidth: t.exposeInt('pageImageWidth', { description: 'How many pixels wide those are.' }),
    imageFormat: t.expose('imageFormat', { type: ImageFormat, description: 'The format of both.' }),
    timeoutSeconds: t.exposeInt('timeoutSeconds', { description: 'How long an attempt may take in all.' }),
    noProgressSeconds: t.exposeInt('noProgressSeconds', {
      description: 'How long an attempt may go without finishing a page, or n times that of n pages read together.',
    }),
  }),
});

/** Attempts that a job shows: a job may be retried without end. */
const newestAttempts = 100;

interface Attempt {
  number: number;
  workerId: string | null;
  startedAt: Date;
  finishedAt: Date | null;
  failure: ReturnType<typeof failureOf>;
}

const JobAttempt = builder.objectRef<Attempt>('JobAttempt').implement({
  description: 'One try at a job by one worker.',
  fields: (t) => ({
    number: t.exposeInt('number', { description: 'Counts from 1, over all runs of the job.' }),
    workerId: t.id({
      nullable: true,
      description: 'Who tried.',
      resolve: ({ workerId }) => workerId && encodeId('worker', workerId),
    }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it was claimed.' }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it ended; null while it runs.',
    }),
    failure: t.expose('failure', {
      type: JobFailure,
      nullable: true,
      description: 'Why it failed; null if it did not.',
    }),
  }),
});

export const Job = builder.prismaObject('Job', {
  description: 'A document being turned into pages: from `createJob` to a final state that it reaches exactly once.',
  interfaces: [Node],
  // Lists page by these; everything else is read only where it is asked for.
  select: { id: true, createdAt: true, batchIndex: true },
  fields: (t) => ({
    id: t.id({ description: 'Such as job_01h455vb4pex5vsknk084sn02q.', resolve: ({ id }) => encodeId('job', id) }),
    revision: t.exposeInt('revision', {
      description: 'Rises with every transition. Of two views of a job, keep the one with the higher revision.',
    }),
    status: t.expose('status', { type: JobStatus, description: 'Where it stands.' }),
    stage: t.expose('stage', { type: JobStage, description: 'What it is busy with.' }),
    progressPercentage: t.exposeInt('percent', {
      description: '0 to 100. Never falls within an attempt; 100 only when COMPLETED.',
    }),
    pagesDone: t.exposeInt('pagesDone', { description: 'Pages extracted so far.' }),
    pagesTotal: t.exposeInt('pagesTotal', {
      nullable: true,
      description: 'Pages to extract; null until the document is open.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was accepted.' }),
    startedAt: t.expose('startedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the current or last attempt began.',
    }),
    finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true, description: 'When it became final.' }),
    estimatedCompletion: t.field({
      type: 'DateTime',
      nullable: true,
      select: estimateSelection,
      description: estimatedCompletionText,
      resolve: async (job, _, context) => (await estimateOf(job, context)).estimate?.at,
    }),
    estimatedCompletionEarliest: t.field({
      type: 'DateTime',
      nullable: true,
      select: estimateSelection,
      description: estimatedCompletionEarliestText,
      resolve: async (job, _, context) => (await estimateOf(job, context)).estimate?.earliest,
    }),
    estimatedCompletionLatest: t.field({
      type: 'DateTime',
      nullable: true,
      select: estimateSelection,
      description: estimatedCompletionLatestText,
      resolve: async (job, _, context) => (await estimateOf(job, context)).estimate?.latest,
    }),
    queuePosition: t.int({
      nullable: true,
      select: estimateSelection,
      description: queuePositionText,
      resolve: async (job, _, context) => (await estimateOf(job, context)).queuePosition,
    }),
    workerId: t.id({
      nullable: true,
      select: { workerId: true },
      description: 'The worker of the current or last attempt.',
      resolve: ({ workerId }) => workerId && encodeId('worker', workerId),
    }),
    lastHeartbeat: t.expose('heartbeatAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When its worker was last heard of.',
    }),
    retryCount: t.exposeInt('retryCount', { description: 'Retries so far.' }),
    maxRetries: t.exposeInt('maxRetries', { description: 'Retries at most.' }),
    nextRetryAt: t.field({
      type: 'DateTime',
      nullable: true,
      select: { status: true, dueAt: true },
      description: 'When the next attempt may start, while RETRYING.',
      resolve: ({ status, dueAt }) => (status === 'RETRYING' ? dueAt : null),
    }),
    runAt: t.field({
      type: 'DateTime',
      nullable: true,
      select: { status: true, dueAt: true },
      description: 'Not before this, while PENDING with a `runAt` that is still to come.',
      resolve: ({ status, dueAt }) => (status === 'PENDING' ? dueAt : null),
    }),
    priority: t.exposeInt('priority', { description: '0 (first) to 9. One step is worth ten minutes of waiting.' }),
    name: t.exposeString('name', { nullable: true, description: "The client's label for it." }),
    metadata: t.field({
      type: 'JSONObject',
      nullable: true,
      description: "The client's own data, given back as it came.",
      // A row that was just written has it; in lists it is read with an eye on their size.
      resolve: (job, _, context) =>
        'metadata' in job ? job.metadata : loadContent(context, jobMetadata, { id: job.id, number: null }),
    }),
    batchIndex: t.exposeInt('batchIndex', {
      nullable: true,
      description: 'The index of its item in `createBatch`, from 0; null without a batch.',
    }),
    source: t.relation('source', { type: JobSource, description: 'The document it was given.' }),
    options: t.field({
      type: JobOptionsType,
      select: { options: true },
      description: 'What it does.',
      resolve: ({ options }) => storedOptions(options),
    }),
    failure: t.field({
      type: JobFailure,
      nullable: true,
      select: { failureCode: true, failureMessage: true, failurePage: true },
      description: 'Why the last attempt failed, also while RETRYING; null if none did, or a later one succeeded.',
      resolve: (job) => failureOf(job),
    }),
    attempts: t.field({
      type: [JobAttempt],
      select: {
        status: true,
        attempt: true,
        workerId: true,
        startedAt: true,
        attempts: { orderBy: { number: 'desc' }, take: newestAttempts },
      },
      description: `Its attempts in the order in which they began, the running one included. Of more than ${newestAttempts} only the newest.`,
      resolve({ attempts, status, attempt, workerId, startedAt }) {
        const ended: Attempt[] = attempts.map((each) => ({ ...each, failure: failureOf(each) })).reverse();
        if (status !== 'RUNNING' || startedAt === null) return ended;
        const running = { number: attempt, workerId, startedAt, finishedAt: null, failure: null };
        return [...ended, running].slice(-newestAttempts);
      },
    }),
    pages: t.field({
      type: PageConnection,
      args: t.arg.connectionArgs(),
      description: 'The pages stored so far, also while RUNNING and after FAILED.',
      resolve: (job, args, context, info) => resolvePages(job.id, args, context, info),
    }),
    result: t.field({
      type: JobResult,
      nullable: true,
      select: { status: true, engine: true },
      description: 'What came out; null until COMPLETED.',
      resolve: (job) => (job.status === 'COMPLETED' ? job : null),
    }),
  }),
});
