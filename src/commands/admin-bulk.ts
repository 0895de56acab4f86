import type { Client } from '../client/client.ts';
import {
  ArchiveJobsDocument,
  type BulkFilter,
  type BulkOperationFragment,
  BulkOperationsDocument,
  CancelBulkOperationDocument,
  CancelJobsDocument,
  DeleteJobsDocument,
  RetryJobsDocument,
  SetPriorityDocument,
} from '../client/generated/graphql.ts';
import { payloadOf } from '../client/payload.ts';
import type { ClientConfig } from '../config/client-config.ts';
import type { AdminOptions } from './admin-queue.ts';
import { printAnswer } from './print-answer.ts';

/** The conditions and the confirmation of a bulk operation. */
export interface BulkOptions extends AdminOptions {
  tenant?: string;
  job?: string[];
  status?: BulkFilter['status'];
  failure?: BulkFilter['failureCode'];
  batch?: string;
  name?: string;
  after?: Date;
  before?: Date;
  confirm?: number;
}

export type BulkChange = 'retry' | 'cancel' | 'delete' | 'archive' | { priority: number };

/** `pagehive admin retry`, `cancel`, `delete`, `archive` and `priority`: counts jobs, or starts to change them. Returns the exit code. */
export function changeManyJobs(config: ClientConfig, change: BulkChange, options: BulkOptions): Promise<number> {
  const { confirm } = options;
  return printAnswer(
    config,
    options,
    (client) => request(client, change, { filter: filterOf(options), expectedCount: confirm }),
    ({ count, operation }) => {
      if (operation !== null) return linesOf(operation);
      const advice = count === 0 ? '' : `; repeat the command with --confirm ${count} to change them`;
      return [`${count} ${count === 1 ? 'job matches' : 'jobs match'}${advice}`];
    },
  );
}

function filterOf({ tenant, job, status, failure, batch, name, after, before }: BulkOptions): BulkFilter {
  return {
    tenant,
    jobs: job,
    status,
    failureCode: failure,
    batch,
    name,
    createdAfter: after?.toISOString(),
    createdBefore: before?.toISOString(),
  };
}

interface Requested {
  count: number;
  operation: BulkOperationFragment | null;
}

async function request(
  client: Client,
  change: BulkChange,
  input: { filter: BulkFilter; expectedCount: number | undefined },
): Promise<Requested> {
  switch (change) {
    case 'retry':
      return payloadOf((await client.request(RetryJobsDocument, { input })).retryJobs);
    case 'cancel':
      return payloadOf((await client.request(CancelJobsDocument, { input })).cancelJobs);
    case 'delete':
      return payloadOf((await client.request(DeleteJobsDocument, { input })).deleteJobs);
    case 'archive':
      return payloadOf((await client.request(ArchiveJobsDocument, { input })).archiveJobs);
    default:
      return payloadOf((await client.request(SetPriorityDocument, { input: { ...input, ...change } })).setPriority);
  }
}

/** `pagehive admin operations`: prints the newest bulk operations. Returns the exit code. */
export function showOperations(
  config: ClientConfig,
  { limit, ...options }: AdminOptions & { limit: number },
): Promise<number> {
  return printAnswer(
    config,
    options,
    async (client) => (await client.request(BulkOperationsDocument, { first: limit })).bulkOperations.nodes,
    (operations) => operations.flatMap(linesOf),
  );
}

/** `pagehive admin stop`: ends a bulk operation. Returns the exit code. */
export function stopOperation(config: ClientConfig, id: string, options: AdminOptions): Promise<number> {
  return printAnswer(
    config,
    options,
    async (client) =>
      payloadOf((await client.request(CancelBulkOperationDocument, { id })).cancelBulkOperation).operation,
    linesOf,
  );
}

function linesOf(operation: BulkOperationFragment): string[] {
  const { id, kind, status, matched, changed, skipped, createdAt, failingSince } = operation;
  const failing = failingSince === null ? '' : `, failing since ${failingSince}`;
  const counts = `${changed} of ${matched} changed, ${skipped} skipped${failing}`;
  return [`${id}  ${kind.padEnd(10)}  ${status.padEnd(9)}  ${createdAt}  ${counts}`];
}
