import { z } from 'zod';
import type { BulkOperationKind } from '../../connections/prisma/enums.ts';
import { failureCodes } from '../../errors.ts';
import { decodeId, type IdType, nilUuid } from '../../ids.ts';
import { jobStatuses } from '../../job-row/job.ts';
import { changeable, type JobsCondition } from '../../operations/condition.ts';
import type { OperationRequest } from '../../operations/operations.ts';
import { parse, refusal, shortText, storableDate } from './values.ts';

/** Maximum ids in a filter. */
export const maxIds = 1_000;
const maxItems = 100;

/** The check of a request, whose `status` names only statuses that an operation of the kind can change. */
function requestOf(kind: BulkOperationKind) {
  const possible = changeable[kind];
  const impossible = refusal('INVALID_VALUE', `must be one of ${possible.join(', ')}`);
  const status = z.enum(jobStatuses).refine((each) => possible.includes(each), impossible);
  return z.object({
    filter: z.object({
      tenant: z.string().nullish(),
      jobs: z.array(z.string()).min(1).max(maxIds).nullish(),
      status: z.array(status).min(1).max(maxItems).nullish(),
      failureCode: z.array(z.enum(failureCodes)).min(1).max(maxItems).nullish(),
      batch: z.string().nullish(),
      name: shortText(500).min(1).nullish(),
      createdAfter: storableDate.nullish(),
      createdBefore: storableDate.nullish(),
    }),
    expectedCount: z.number().int().min(0).nullish(),
    priority: z.number().int().min(0).max(9).nullish(),
  });
}

/** Returns a checked request. An id of another type or installation names nothing, so it matches no job. */
export function parseOperation(kind: BulkOperationKind, input: unknown): OperationRequest {
  const { filter, expectedCount, priority } = parse(requestOf(kind), input);
  const { tenant, jobs, status, failureCode, batch, name, createdAfter, createdBefore } = filter;
  const condition: Omit<JobsCondition, 'requestedAt'> = {
    tenantId: uuidOf('tenant', tenant),
    ids: jobs?.map((id) => decodeId('job', id) ?? nilUuid) ?? null,
    statuses: status ?? defaultStatuses(kind),
    failureCodes: failureCode ?? null,
    batchId: uuidOf('batch', batch),
    name: name ?? null,
    createdAfter: createdAfter?.toISOString() ?? null,
    createdBefore: createdBefore?.toISOString() ?? null,
  };
  return { kind, condition, priority: priority ?? null, expectedCount: expectedCount ?? null };
}

/** By default, a retry takes only jobs that failed: the others were cancelled on purpose. */
function defaultStatuses(kind: BulkOperationKind): JobsCondition['statuses'] {
  return kind === 'RETRY' ? ['FAILED'] : [...changeable[kind]];
}

function uuidOf(type: IdType, id: string | null | undefined): string | null {
  return id == null ? null : (decodeId(type, id) ?? nilUuid);
}
