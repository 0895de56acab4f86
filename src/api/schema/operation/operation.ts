import type { BulkOperation as OperationRow } from '../../../connections/prisma/client.ts';
import { BulkOperationKind as Kinds, BulkOperationStatus as Statuses } from '../../../connections/prisma/enums.ts';
import { encodeId } from '../../../ids.ts';
import { publicFilter } from '../../../operations/condition.ts';
import { scope } from '../../admission/declarations.ts';
import { builder } from '../builder.ts';
import { Node } from '../node.ts';

const BulkOperationKind = builder.enumType('BulkOperationKind', {
  description: 'What a bulk operation does to the jobs.',
  values: {
    RETRY: { value: Kinds.RETRY, description: 'Runs them again, see `retryJobs`.' },
    CANCEL: { value: Kinds.CANCEL, description: 'Cancels them, see `cancelJobs`.' },
    DELETE: { value: Kinds.DELETE, description: 'Deletes them, see `deleteJobs`.' },
    ARCHIVE: { value: Kinds.ARCHIVE, description: 'Moves them to the archive, see `archiveJobs`.' },
    PRIORITIZE: { value: Kinds.PRIORITIZE, description: 'Gives them another priority, see `setPriority`.' },
  },
});

const BulkOperationStatus = builder.enumType('BulkOperationStatus', {
  description: 'The status of a bulk operation.',
  values: {
    RUNNING: { value: Statuses.RUNNING, description: 'Maintenance changes the jobs, part by part.' },
    COMPLETED: { value: Statuses.COMPLETED, description: 'All jobs have been examined.' },
    CANCELLED: {
      value: Statuses.CANCELLED,
      description: 'It was cancelled before its end. Jobs that it had changed stay changed.',
    },
  },
});

const extensions = scope('OPERATOR');

export const BulkOperation = builder.objectRef<OperationRow>('BulkOperation').implement({
  interfaces: [Node],
  description: 'A change of many jobs, made in the background. Needs the scope OPERATOR.',
  fields: (t) => ({
    id: t.id({
      description: 'The id, such as operation_01h455vb4pex5vsknk084sn02q.',
      extensions,
      resolve: ({ id }) => encodeId('operation', id),
    }),
    kind: t.expose('kind', { type: BulkOperationKind, description: 'What it does to the jobs.', extensions }),
    status: t.expose('status', { type: BulkOperationStatus, description: 'Its status.', extensions }),
    filter: t.field({
      type: 'JSONObject',
      description: 'The conditions that the jobs meet, with the fields of `BulkFilter`.',
      extensions,
      resolve: ({ filter }) => publicFilter(filter),
    }),
    priority: t.exposeInt('priority', {
      nullable: true,
      description: 'The new priority of the jobs, 0 to 9; null for other kinds than PRIORITIZE.',
      extensions,
    }),
    matched: t.exposeInt('matched', {
      description: 'The number of jobs that matched when it was requested. It changes no more than that.',
      extensions,
    }),
    examined: t.exposeInt('examined', {
      description: 'The number of jobs examined so far, whether they matched or not.',
      extensions,
    }),
    changed: t.exposeInt('changed', {
      description: 'The number of jobs changed so far. Maintenance that was killed may have changed up to 200 more.',
      extensions,
    }),
    skipped: t.exposeInt('skipped', {
      description:
        'The number of jobs that matched, but that something else changed at the same moment, or whose change failed; then the log of `maintain` says why.',
      extensions,
    }),
    createdAt: t.expose('requestedAt', { type: 'DateTime', description: 'When it was requested.', extensions }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it ended; null while it is RUNNING.',
      extensions,
    }),
    failingSince: t.expose('failingSince', {
      type: 'DateTime',
      nullable: true,
      description:
        'Since when its next part fails and is tried again every second, for example because the storage is full; null while it advances. The log of `maintain` has the reason.',
      extensions,
    }),
  }),
});
