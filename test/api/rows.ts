import { defaultTenantId } from '../../src/api/context.ts';
import type { Prisma } from '../../src/connections/prisma/client.ts';
import { encodeId, newUuid } from '../../src/ids.ts';
import { defaultOptions, priorityIntervalSeconds } from '../../src/job-row/options.ts';
import { searchedText } from '../../src/results/searched-text.ts';
import { facts } from '../jobs/extractors.ts';
import type { Service } from '../service.ts';

export interface Row {
  /** The public id. */
  id: string;
  uuid: string;
  sourceUuid: string;
}

export async function insertTenant(service: Service, name: string): Promise<string> {
  const { id } = await service.platform.database.prisma.tenant.create({ data: { id: newUuid(), name } });
  return id;
}

/** Inserts a job with the given columns, without running it. */
export async function insertJob(service: Service, given: Partial<Prisma.JobUncheckedCreateInput> = {}): Promise<Row> {
  const { prisma } = service.platform.database;
  const { tenantId = defaultTenantId, createdAt = new Date(), priority = 5 } = given;
  const uuid = newUuid();
  const sourceUuid = newUuid();
  await prisma.source.create({ data: { id: sourceUuid, tenantId, kind: 'UPLOAD', status: 'STORED' } });
  const final = given.status !== undefined && ['COMPLETED', 'FAILED', 'CANCELLED'].includes(given.status);
  const completed = given.status === 'COMPLETED';
  await prisma.job.create({
    data: {
      id: uuid,
      tenantId,
      sourceId: sourceUuid,
      createdAt,
      claimOrder: new Date(new Date(createdAt).getTime() + priority * priorityIntervalSeconds * 1_000),
      maxRetries: 3,
      priority,
      options: { ...defaultOptions },
      finishedAt: final ? new Date() : null,
      percent: completed ? 100 : 0,
      ...(completed ? { document: JSON.parse(JSON.stringify(facts)) } : {}),
      ...given,
    },
  });
  return { id: encodeId('job', uuid), uuid, sourceUuid };
}

/** Inserts pages with these texts, numbered from 1. */
export async function insertPages(
  service: Service,
  row: Row,
  texts: string[],
  tenantId = defaultTenantId,
): Promise<void> {
  await service.platform.database.prisma.page.createMany({
    data: texts.map((text, index) => ({
      jobId: row.uuid,
      number: index + 1,
      tenantId,
      width: 595,
      height: 842,
      rotation: 0,
      text,
      markdown: text,
      searched: searchedText({ text }),
      links: [],
    })),
  });
}
