import { encodeId } from '../../../ids.ts';
import { failureOf } from '../../../job-row/job.ts';
import { storedOptions } from '../../../job-row/options.ts';
import { jobMetadata } from '../../../results/job-content.ts';
import { expiryOf } from '../../../retention/expiry.ts';
import { cost } from '../../admission/declarations.ts';
import { loadContent } from '../../answers/content.ts';
import { builder } from '../builder.ts';
import { JobStage, JobStatus } from '../enums.ts';
import { JobFailure } from '../failure.ts';
import { Node } from '../node.ts';
import { PageConnection, resolvePages } from '../page/connection.ts';
import { JobResult } from '../result/result.ts';
import { type Attempt, JobAttempt, newestAttempts } from './attempt.ts';
import {
  estimatedCompletionEarliestText,
  estimatedCompletionLatestText,
  estimatedCompletionText,
  estimateOf,
  estimateSelection,
  queuePositionText,
} from './estimate.ts';
import { JobOptions } from './options.ts';
import { JobSource } from './source.ts';

export const Job = builder.prismaObject('Job', {
  description: 'A document that is turned into pages. Every job reaches exactly one final state per run.',
  interfaces: [Node],
  // Lists use these for paging; everything else is read only if requested.
  select: { id: true, createdAt: true, batchIndex: true },
  fields: (t) => ({
    id: t.id({
      description: 'The global id, such as job_01h455vb4pex5vsknk084sn02q.',
      resolve: ({ id }) => encodeId('job', id),
    }),
    revision: t.exposeInt('revision', {
      description: 'Rises with every change of status. Of two views of a job, keep the one with the higher revision.',
    }),
    status: t.expose('status', { type: JobStatus, description: 'The status of the job.' }),
    stage: t.expose('stage', { type: JobStage, description: 'What the job is doing.' }),
    progressPercentage: t.exposeInt('percent', {
      description: 'Progress from 0 to 100. It never falls within an attempt, and is 100 only when COMPLETED.',
    }),
    pagesDone: t.exposeInt('pagesDone', { description: 'Number of pages read so far.' }),
    pagesTotal: t.exposeInt('pagesTotal', {
      nullable: true,
      description: 'Number of pages to read; null until the document is open.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the job was accepted.' }),
    startedAt: t.expose('startedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the current or last attempt started; null before the first.',
    }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the job became final; null before.',
    }),
    expiresAt: t.field({
      type: 'DateTime',
      nullable: true,
      select: { finishedAt: true, expiresAt: true },
      description:
        'When the job is deleted with its results and document: after its `expireAfterSeconds`, or the days that your tenant keeps jobs, whatever is ' +
        'earlier. Null until it is final, and if it is kept.',
      resolve: (job, _, { allowance }) => expiryOf(job, allowance),
    }),
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
    workerId: t.string({
      nullable: true,
      select: { workerId: true },
      description: 'The id of the worker of the current or last attempt.',
      resolve: ({ workerId }) => workerId && encodeId('worker', workerId),
    }),
    lastHeartbeat: t.expose('heartbeatAt', {
      type: 'DateTime',
      nullable: true,
      description: 'The last heartbeat of its worker.',
    }),
    retryCount: t.exposeInt('retryCount', { description: 'Number of retries so far.' }),
    maxRetries: t.exposeInt('maxRetries', { description: 'Maximum number of retries.' }),
    nextRetryAt: t.field({
      type: 'DateTime',
      nullable: true,
      select: { status: true, dueAt: true },
      description: 'The earliest start of the next attempt, while RETRYING.',
      resolve: ({ status, dueAt }) => (status === 'RETRYING' ? dueAt : null),
    }),
    runAt: t.field({
      type: 'DateTime',
      nullable: true,
      select: { status: true, dueAt: true },
      description: 'The earliest start of the job, while PENDING with a `runAt` in the future.',
      resolve: ({ status, dueAt }) => (status === 'PENDING' ? dueAt : null),
    }),
    priority: t.exposeInt('priority', {
      description: 'Priority from 0 (first) to 9. One step is worth ten minutes of waiting.',
    }),
    name: t.exposeString('name', { nullable: true, description: "The client's label." }),
    metadata: t.field({
      type: 'JSONObject',
      nullable: true,
      description: "The client's own data, unchanged.",
      // A row that was just written contains it; for lists, it is loaded within the byte budget.
      resolve: (job, _, context) =>
        'metadata' in job ? job.metadata : loadContent(context, jobMetadata, { id: job.id, number: null }),
    }),
    batchIndex: t.exposeInt('batchIndex', {
      nullable: true,
      description: 'The index of its item in `createBatch`, counting from 0; null without a batch.',
    }),
    source: t.relation('source', { type: JobSource, description: 'The document.' }),
    options: t.field({
      type: JobOptions,
      select: { options: true },
      description: 'The options, including defaults.',
      resolve: ({ options }) => storedOptions(options),
    }),
    failure: t.field({
      type: JobFailure,
      nullable: true,
      select: { failureCode: true, failureMessage: true, failurePage: true },
      description: 'Why the last attempt failed, also while RETRYING; null if none failed, or a later one succeeded.',
      resolve: (job) => failureOf(job),
    }),
    attempts: t.field({
      extensions: cost({ items: 2 }),
      type: [JobAttempt],
      select: {
        status: true,
        attempt: true,
        workerId: true,
        startedAt: true,
        attempts: { orderBy: { number: 'desc' }, take: newestAttempts },
      },
      description: `The attempts in the order of their start, including a running one: the newest ${newestAttempts}.`,
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
      description: 'The pages stored so far, also while RUNNING and after a failure.',
      resolve: (job, args, context, info) => resolvePages(job.id, args, context, info),
    }),
    result: t.field({
      type: JobResult,
      nullable: true,
      select: { status: true, engine: true },
      description: 'The result; null until COMPLETED.',
      resolve: (job) => (job.status === 'COMPLETED' ? job : null),
    }),
  }),
});
