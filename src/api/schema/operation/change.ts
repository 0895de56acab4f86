import type { BulkOperation as OperationRow } from '../../../connections/prisma/client.ts';
import type { BulkOperationKind } from '../../../connections/prisma/enums.ts';
import { RequestError } from '../../../errors.ts';
import { decodeId } from '../../../ids.ts';
import { cancelOperation, requestOperation } from '../../../operations/operations.ts';
import { atMost, cost, scope } from '../../admission/declarations.ts';
import type { ApiContext } from '../../context.ts';
import { maxIds, parseOperation } from '../../inputs/operations.ts';
import { builder } from '../builder.ts';
import { JobStatus } from '../enums.ts';
import { FailureCode } from '../failure.ts';
import { BulkOperation } from './operation.ts';

const BulkFilter = builder.inputType('BulkFilter', {
  description: 'Which jobs an operation changes. A job has to meet all conditions; without any, all jobs match.',
  fields: (t) => ({
    tenant: t.id({ description: 'Jobs of this tenant. Default: of all tenants.' }),
    jobs: t.idList({ extensions: atMost(maxIds), description: `Jobs with one of these ids, at most ${maxIds}.` }),
    status: t.field({ type: [JobStatus], extensions: atMost(100), description: 'Jobs with one of these statuses.' }),
    failureCode: t.field({
      type: [FailureCode],
      extensions: atMost(100),
      description: 'Jobs whose last attempt failed with one of these codes.',
    }),
    batch: t.id({ description: 'Jobs of this batch.' }),
    name: t.string({ description: 'Jobs whose name contains this text, in any case and Unicode form.' }),
    createdAfter: t.field({ type: 'DateTime', description: 'Jobs accepted at or after this time.' }),
    createdBefore: t.field({
      type: 'DateTime',
      description: 'Jobs accepted before this time. Jobs accepted after the request itself never match.',
    }),
  }),
});

const expectedCountText =
  'The count of a dry run, which confirms the operation. It does not start if more jobs match now (COUNT_CHANGED). Default: a dry run, which only counts.';

const BulkInput = builder.inputType('BulkInput', {
  description: 'A change of many jobs.',
  fields: (t) => ({
    filter: t.field({ type: BulkFilter, required: true, description: 'Which jobs to change; `{}` for all.' }),
    expectedCount: t.int({ description: expectedCountText }),
  }),
});

const SetPriorityInput = builder.inputType('SetPriorityInput', {
  description: 'A new priority for many jobs.',
  fields: (t) => ({
    filter: t.field({ type: BulkFilter, required: true, description: 'Which jobs to change; `{}` for all.' }),
    priority: t.int({ required: true, description: 'The priority, 0 to 9; 0 starts first.' }),
    expectedCount: t.int({ description: expectedCountText }),
  }),
});

interface Requested {
  count: number;
  operation: OperationRow | null;
}

function payloadOf(mutation: string) {
  const name = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Payload`;
  return builder.objectRef<Requested>(name).implement({
    description: `The result of ${mutation}.`,
    fields: (t) => ({
      count: t.exposeInt('count', { description: 'The number of jobs that match.' }),
      operation: t.expose('operation', {
        type: BulkOperation,
        nullable: true,
        description: 'The operation, which runs in the background; null for a dry run.',
      }),
    }),
  });
}

const CancelBulkOperationPayload = builder
  .objectRef<{ operation: OperationRow }>('CancelBulkOperationPayload')
  .implement({
    description: 'The result of cancelBulkOperation.',
    fields: (t) => ({ operation: t.expose('operation', { type: BulkOperation, description: 'The operation.' }) }),
  });

/** Counting examines all jobs, so operators take turns at it. */
const counting = Symbol('bulk operations');
const extensions = { ...scope('OPERATOR'), ...cost({ points: 1_000 }) };

function request(kind: BulkOperationKind, input: unknown, { system, deadline }: ApiContext): Promise<Requested> {
  const parsed = parseOperation(kind, input);
  const turn = { owner: counting, atOnce: 1, signal: deadline };
  return system.within(turn, () => requestOperation(system, parsed, deadline));
}

builder.mutationFields((t) => ({
  retryJobs: t.field({
    type: payloadOf('retryJobs'),
    nullable: true,
    extensions,
    description:
      'Runs FAILED jobs again, and CANCELLED ones if `filter.status` names them, as `retryJob` does: in the background, without quotas. ' +
      'Encrypted documents need their password again, so they fail. Needs the scope OPERATOR.',
    args: { input: t.arg({ type: BulkInput, required: true, description: 'Which jobs, and the confirmation.' }) },
    resolve: (_, { input }, context) => request('RETRY', input, context),
  }),
  cancelJobs: t.field({
    type: payloadOf('cancelJobs'),
    nullable: true,
    extensions,
    description: 'Cancels unfinished jobs, as `cancelJob` does: in the background. Needs the scope OPERATOR.',
    args: { input: t.arg({ type: BulkInput, required: true, description: 'Which jobs, and the confirmation.' }) },
    resolve: (_, { input }, context) => request('CANCEL', input, context),
  }),
  deleteJobs: t.field({
    type: payloadOf('deleteJobs'),
    nullable: true,
    extensions,
    description:
      'Deletes final jobs with their results, as `deleteJob` does: in the background. They cannot be restored. Needs the scope OPERATOR.',
    args: { input: t.arg({ type: BulkInput, required: true, description: 'Which jobs, and the confirmation.' }) },
    resolve: (_, { input }, context) => request('DELETE', input, context),
  }),
  archiveJobs: t.field({
    type: payloadOf('archiveJobs'),
    nullable: true,
    extensions,
    description:
      'Moves final jobs with their results to the archive, in the background: `archivedJobs` lists them, and `restoreJob` brings one back. Needs the scope OPERATOR.',
    args: { input: t.arg({ type: BulkInput, required: true, description: 'Which jobs, and the confirmation.' }) },
    resolve: (_, { input }, context) => request('ARCHIVE', input, context),
  }),
  setPriority: t.field({
    type: payloadOf('setPriority'),
    nullable: true,
    extensions,
    description:
      'Gives waiting jobs another priority: in the background, without the limits of their keys. Needs the scope OPERATOR.',
    args: {
      input: t.arg({ type: SetPriorityInput, required: true, description: 'Which jobs, and the confirmation.' }),
    },
    resolve: (_, { input }, context) => request('PRIORITIZE', input, context),
  }),
  cancelBulkOperation: t.field({
    type: CancelBulkOperationPayload,
    nullable: true,
    extensions: scope('OPERATOR'),
    description:
      'Ends a bulk operation after its current part. Jobs that it has changed stay changed. Safe to repeat. Needs the scope OPERATOR.',
    args: { id: t.arg.id({ required: true, description: 'The id of the operation.' }) },
    async resolve(_, { id }, { system }) {
      const uuid = decodeId('operation', id);
      const operation = uuid === null ? null : await cancelOperation(system, uuid);
      if (operation === null) throw new RequestError('NOT_FOUND', { message: 'There is no such operation.' });
      return { operation };
    },
  }),
}));
