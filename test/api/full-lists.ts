import { defaultTenantId } from '../../src/api/context.ts';
import { encodeId, newUuid } from '../../src/ids.ts';
import { defaultOptions } from '../../src/job-row/options.ts';
import { createKey } from '../../src/tenants/keys.ts';
import { allScopes } from '../../src/tenants/scopes.ts';
import { facts } from '../jobs/extractors.ts';
import type { Service } from '../service.ts';

/** Ids of one object of each type, keyed by the lower-case name of the type or field. */
export interface Filled {
  ids: Record<string, string>;
  /** A secret with all scopes: once a key exists, no caller is admitted without one. */
  secret: string;
}

const box = { x: 1, y: 2, width: 3, height: 4 };

/** Fills every list of the schema: with `most` items at its first place in a query, with at least two elsewhere. */
export async function fillLists(service: Service, most: number, tenantId = defaultTenantId): Promise<Filled> {
  const { prisma } = service.platform.database;
  const many = <T>(make: (index: number) => T): T[] => Array.from({ length: most }, (_, index) => make(index));
  const now = new Date();

  const endpoints = many(() => ({ id: newUuid(), tenantId, url: 'https://example.com/hook', events: [] }));
  await prisma.webhookEndpoint.createMany({ data: endpoints });
  // Lists return the newest first; a search returns the oldest of equal hits first.
  const batches = many((index) => ({ id: newUuid(), tenantId, jobs: index >= most - 2 || index === 0 ? most : 2 }));
  await prisma.batch.createMany({
    data: batches.map(({ jobs, ...batch }) => ({ ...batch, total: jobs, pending: jobs, name: 'a batch' })),
  });
  const source = {
    id: newUuid(),
    tenantId,
    kind: 'URL' as const,
    status: 'STORED' as const,
    url: 'https://example.com/a.pdf',
  };
  await prisma.source.create({ data: source });

  const document = {
    ...facts,
    outline: many((index) => ({ title: `Chapter ${index}`, depth: 0, pageNumber: 1 })),
    attachments: many((index) => ({
      name: `${index}.txt`,
      description: null,
      bytes: 1,
      pageNumber: null,
      offset: index,
      omitted: null,
    })),
    attachmentsKey: 'results/nothing',
  };
  const jobs = batches.flatMap(({ id: batchId, jobs: total }) =>
    Array.from({ length: total }, (_, batchIndex) => ({
      id: newUuid(),
      tenantId,
      batchId,
      batchIndex,
      sourceId: source.id,
      claimOrder: now,
      maxRetries: 3,
      priority: 5,
      options: { ...defaultOptions },
      // Half of the jobs are pending, so that they have estimates.
      ...(batchIndex % 2 === 0
        ? {
            status: 'COMPLETED' as const,
            percent: 100,
            document: JSON.parse(JSON.stringify(document)),
            finishedAt: now,
          }
        : {}),
      metadata: { batchIndex },
      failureCode: 'NOT_A_PDF',
    })),
  );
  await prisma.job.createMany({ data: jobs });
  await prisma.jobAttempt.createMany({
    data: jobs.flatMap(({ id: jobId }) =>
      [1, 2].map((number) => ({
        jobId,
        tenantId,
        number,
        run: 1,
        startedAt: now,
        finishedAt: now,
        failureCode: 'NOT_A_PDF',
      })),
    ),
  });
  const pages = jobs.flatMap(({ id: jobId }) =>
    many((index) => ({
      jobId,
      tenantId,
      number: index + 1,
      width: 595,
      height: 842,
      rotation: 0,
      text: index === 0 ? 'a bee' : 'nothing',
      // A chunk for each page: a heading begins a new one.
      markdown: `# Page ${index + 1}\n\nNothing.\n`,
      ...listsOf(index < 2 ? most : 2),
    })),
  );
  await prisma.page.createMany({ data: pages });
  const deliveries = many((index) => ({
    id: newUuid(),
    tenantId,
    event: 'JOB_COMPLETED' as const,
    lane: 'a lane',
    endpointId: endpoints[index]?.id ?? null,
    jobId: jobs.at(-1 - index)?.id ?? null,
    batchId: jobs.at(-1 - index)?.batchId ?? null,
    snapshot: { ...snapshot, createdAt: now },
  }));
  await prisma.webhookDelivery.createMany({ data: deliveries });
  await prisma.webhookAttempt.createMany({
    data: deliveries.flatMap(({ id: deliveryId }) =>
      [1, 2].map((number) => ({ deliveryId, tenantId, number, at: now, milliseconds: 1, statusCode: 500 })),
    ),
  });

  const entry = { at: now, tenantId, actor: 'ANONYMOUS' as const, address: '', action: 'createJob', outcome: 'OK' };
  await prisma.auditLog.createMany({ data: many(() => ({ ...entry, id: newUuid() })) });

  await prisma.tenant.createMany({ data: many((index) => ({ id: newUuid(), name: `tenant ${index}` })) });
  await prisma.tenantErasure.createMany({
    data: many(() => ({ id: newUuid(), erasedTenantId: newUuid(), finishedAt: now })),
  });
  const archived = many((index) => {
    const id = newUuid();
    return { id, tenantId, sourceId: source.id, storageKey: `archives/${id}`, sha256: '', pages: index, bytes: 1 };
  });
  await prisma.archivedJob.createMany({
    data: archived.map((job) => ({ ...job, status: 'COMPLETED' as const, createdAt: now, finishedAt: now })),
  });
  const filter = { tenantId: null, ids: null, statuses: ['PENDING'], failureCodes: null, batchId: null, name: 'none' };
  const times = { createdAfter: null, createdBefore: null, requestedAt: now.toISOString() };
  const operation = { kind: 'CANCEL' as const, status: 'COMPLETED' as const, filter: { ...filter, ...times } };
  await prisma.bulkOperation.createMany({
    data: many(() => ({ ...operation, id: newUuid(), matched: 0, cursor: newUuid() })),
  });

  const crash = { tenantId, jobId: newUuid(), detail: 'SIGSEGV', engineKey: 'PDFIUM 1.0.0/1' };
  await prisma.quarantine.createMany({
    data: many((index) => ({ ...crash, sha256: index.toString(16).padStart(64, '0') })),
  });

  const keys = [];
  for (let made = 0; made < most; made += 1) {
    const scopes = [...allScopes];
    keys.push(
      await createKey(service.platform.database, { tenantId, name: null, limits: {}, scopes, expiresAt: null }),
    );
  }

  const completed = jobs.findLast(({ status }) => status === 'COMPLETED');
  const last = batches.at(-1);
  const [endpoint] = endpoints;
  const [delivery] = deliveries;
  const secret = keys[0]?.secret;
  if (
    completed === undefined ||
    last === undefined ||
    endpoint === undefined ||
    delivery === undefined ||
    secret === undefined
  ) {
    throw new Error('the lists are empty');
  }
  const job = encodeId('job', completed.id);
  return {
    secret,
    ids: {
      job,
      batch: encodeId('batch', last.id),
      upload: encodeId('upload', source.id),
      webhookendpoint: encodeId('endpoint', endpoint.id),
      webhookdelivery: encodeId('delivery', delivery.id),
    },
  };
}

/** Builds the lists of a page with this many items each. */
function listsOf(items: number) {
  const many = <T>(make: (index: number) => T): T[] => Array.from({ length: items }, (_, index) => make(index));
  return {
    links: many((index) => ({ text: null, url: `https://example.com/${index}`, pageNumber: null })),
    details: {
      engine: 'PDFJS',
      ocr: { outcome: 'READ', languages: ['eng'], confidence: 1 },
      hidden: many((index) => ({ reason: 'TINY', text: `hidden ${index}` })),
      annotations: many((index) => ({ ...box, kind: 'Text', text: `note ${index}` })),
      formFields: many((index) => ({
        ...box,
        name: `field ${index}`,
        kind: 'TEXT',
        checked: null,
        options: [],
        readOnly: false,
      })),
      blocks: many((index) => ({
        ...box,
        kind: 'TABLE',
        text: `block ${index}`,
        level: null,
        rows: [[{ text: 'cell', columns: 1, rows: 1 }]],
      })),
    },
  };
}

/** The state of a job that a trigger stores with a delivery. */
const snapshot = {
  revision: 1,
  status: 'COMPLETED',
  stage: 'STORE',
  percent: 100,
  pagesDone: 1,
  pagesTotal: 1,
  retryCount: 0,
  name: null,
  metadata: null,
  batchIndex: null,
  startedAt: null,
  finishedAt: null,
  failureCode: null,
  failureMessage: null,
  failurePage: null,
};
