import type { Quarantined } from '../../src/documents/quarantine.ts';
import { type Reserved, reserveBytes } from '../../src/documents/sql/arrivals.ts';
import { expireUploads } from '../../src/documents/sql/expire-uploads.ts';
import { lift, listQuarantineIn } from '../../src/documents/sql/list-quarantine.ts';
import * as namedDocuments from '../../src/documents/sql/named-documents.ts';
import { recordSource } from '../../src/documents/sql/record-source.ts';
import type { ExtractedPage } from '../../src/pdf/model/document.ts';
import { namedFiles } from '../../src/results/sql/named-files.ts';
import * as pageParts from '../../src/results/sql/page-parts.ts';
import { storeGroup } from '../../src/results/sql/store-pages.ts';
import type { ClaimedRow } from '../../src/webhooks/claim.ts';
import type { Recorded } from '../../src/webhooks/record.ts';
import * as claimDeliveries from '../../src/webhooks/sql/claim.ts';
import * as endpoints from '../../src/webhooks/sql/endpoints.ts';
import { record } from '../../src/webhooks/sql/record.ts';
import { redeliver } from '../../src/webhooks/sql/redeliver.ts';
import { type Declared, row } from './declared-row.ts';

const orders = ['ASC', 'DESC'] as const;

/** The rows of documents, pages and webhooks. */
export const contentRows: Declared[] = [
  row<{ storageKey: string | null }>(expireUploads, { storageKey: 'text?' }),
  row<namedDocuments.UploadState>(namedDocuments.uploadStates, {
    id: 'uuid',
    status: 'text',
    sha256: 'text?',
    expired: 'bool',
  }),
  row<Reserved>(reserveBytes, { bytes: 'float8?', isTaken: 'bool', stored: 'float8', arriving: 'float8' }),
  row<namedDocuments.ExistingJob>(namedDocuments.existingJobs, { id: 'uuid', expired: 'bool' }),
  ...orders.map((order) =>
    row<Quarantined>(listQuarantineIn(order), {
      tenantId: 'uuid',
      sha256: 'text',
      engineKey: 'text',
      jobId: 'uuid',
      detail: 'text',
      createdAt: 'timestamptz',
    }),
  ),
  row<{ engineKey: string }>(lift, { engineKey: 'text' }),
  row<{ storageKey: string | null; sha256: string | null }>(recordSource, { storageKey: 'text?', sha256: 'text?' }),
  row<{ key: string }>(namedFiles, { key: 'text' }),
  row<ExtractedPage>(pageParts.wholePages, {
    number: 'int4',
    label: 'text?',
    width: 'float4',
    height: 'float4',
    rotation: 'int2',
    text: 'text',
    markdown: 'text',
    links: 'jsonb',
    details: 'jsonb',
    failure: 'text?',
  }),
  row<{ number: number; images: unknown }>(pageParts.imagesOfPages, { number: 'int4', images: 'jsonb' }),
  ...(['text', 'markdown'] as const).map((column) =>
    row<{ number: number; content: string }>(pageParts.columnOfPages(column), { number: 'int4', content: 'text' }),
  ),
  row<{ stored: number }>(storeGroup, { stored: 'int4' }),
  row<ClaimedRow>(claimDeliveries.claimDue, {
    id: 'uuid',
    tenantId: 'uuid',
    event: 'enum',
    url: 'text',
    endpointId: 'uuid?',
    lane: 'text',
    jobId: 'uuid?',
    batchId: 'uuid?',
    snapshot: 'json',
    createdAt: 'timestamptz',
    attempt: 'int4',
    tries: 'int4',
    now: 'timestamptz',
    traceContext: 'text?',
    ownerId: 'uuid',
    secretVersion: 'int4',
    secretRotatedAt: 'timestamptz?',
  }),
  row<{ lanes: number; oldestSeconds: number | null }>(claimDeliveries.dueLanes, {
    lanes: 'int4',
    oldestSeconds: 'float8?',
  }),
  row<{ id: string }>(endpoints.pauseOne, { id: 'uuid' }),
  row<{ due: number }>(endpoints.makeDuePart, { due: 'int4' }),
  row<{ id: string }>(endpoints.orphaned, { id: 'uuid' }, ['id']),
  row<{ dead: number }>(endpoints.giveUpPart, { dead: 'int4' }),
  row<{ id: string }>(endpoints.rotateEndpoint, { id: 'uuid' }),
  row<{ id: string }>(endpoints.rotateTenant, { id: 'uuid' }),
  row<Recorded>(record, { status: 'text', paused: 'bool' }),
  row<{ id: string }>(redeliver, { id: 'uuid' }),
];
