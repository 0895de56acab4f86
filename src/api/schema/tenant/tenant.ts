import type { Tenant as TenantRow } from '../../../connections/prisma/client.ts';
import { encodeId } from '../../../ids.ts';
import { storedTenantLimits, type TenantLimits } from '../../../tenants/limits.ts';
import type { Usage } from '../../../tenants/sql/usage.ts';
import { countValidKeys } from '../../../tenants/tenants.ts';
import { maxCountedOfEach, readUsages } from '../../../tenants/usage.ts';
import { cost, scope } from '../../admission/declarations.ts';
import { createBatcher } from '../../answers/batcher.ts';
import { builder } from '../builder.ts';

const texts = {
  requestsPerMinute: 'Requests of all keys of the tenant per minute, 1 to 1,000,000.',
  jobsRunning: 'Jobs that run at the same time. Null: as many as the workers have room for.',
  jobsWaiting: 'Jobs that are PENDING or RETRYING. Further ones are QUOTA_EXCEEDED.',
  bytesStored: 'Bytes of stored documents. Further documents are QUOTA_EXCEEDED.',
  pagesPerMonth: 'Pages processed in a calendar month (UTC). Once they are reached, further jobs are QUOTA_EXCEEDED.',
  timeoutSeconds: 'Maximum of `options.timeoutSeconds`, 1 to 86,400.',
  memoryBytes: 'Memory for reading a document, in bytes; at least 536,870,912. More is MEMORY_LIMIT.',
  jobsDays: 'Days that final jobs are kept with their results and documents, archived or not, 1 to 36,500.',
  documentsDays: 'Days that documents are kept after the end of their last job, 1 to 36,500; their results stay.',
  imagesDays: 'Days that images of pages are kept after the end of their job, 1 to 36,500.',
  archiveDays: 'Days after which final jobs move to the archive, 1 to 36,500.',
};

const Limits = builder.objectRef<TenantLimits & { jobsRunning: number | null }>('TenantLimits').implement({
  description: 'The limits of a tenant. Null stands for the default.',
  fields: (t) => ({
    requestsPerMinute: t.exposeInt('requestsPerMinute', { nullable: true, description: texts.requestsPerMinute }),
    jobsRunning: t.exposeInt('jobsRunning', { nullable: true, description: texts.jobsRunning }),
    jobsWaiting: t.exposeInt('jobsWaiting', { nullable: true, description: texts.jobsWaiting }),
    bytesStored: t.expose('bytesStored', { type: 'BigInt', nullable: true, description: texts.bytesStored }),
    pagesPerMonth: t.exposeInt('pagesPerMonth', { nullable: true, description: texts.pagesPerMonth }),
    timeoutSeconds: t.exposeInt('timeoutSeconds', { nullable: true, description: texts.timeoutSeconds }),
    memoryBytes: t.expose('memoryBytes', { type: 'BigInt', nullable: true, description: texts.memoryBytes }),
    jobsDays: t.exposeInt('jobsDays', { nullable: true, description: texts.jobsDays }),
    archiveDays: t.exposeInt('archiveDays', { nullable: true, description: texts.archiveDays }),
    documentsDays: t.exposeInt('documentsDays', { nullable: true, description: texts.documentsDays }),
    imagesDays: t.exposeInt('imagesDays', { nullable: true, description: texts.imagesDays }),
  }),
});

export const TenantLimitsInput = builder.inputType('TenantLimitsInput', {
  description: 'Limits of a tenant. A field that is left out stays as it is; null restores the default.',
  fields: (t) => ({
    requestsPerMinute: t.int({ description: texts.requestsPerMinute }),
    jobsRunning: t.int({ description: texts.jobsRunning }),
    jobsWaiting: t.int({ description: texts.jobsWaiting }),
    bytesStored: t.field({ type: 'BigInt', description: texts.bytesStored }),
    pagesPerMonth: t.int({ description: texts.pagesPerMonth }),
    timeoutSeconds: t.int({ description: texts.timeoutSeconds }),
    memoryBytes: t.field({ type: 'BigInt', description: texts.memoryBytes }),
    jobsDays: t.int({ description: texts.jobsDays }),
    archiveDays: t.int({ description: texts.archiveDays }),
    documentsDays: t.int({ description: texts.documentsDays }),
    imagesDays: t.int({ description: texts.imagesDays }),
  }),
});

export const bytesArrivingText =
  'Bytes reserved for documents that are being received or downloaded; they count for the limit of stored bytes.';

const TenantUsage = builder.objectRef<Usage>('TenantUsage').implement({
  description: 'What a tenant uses of its limits.',
  fields: (t) => ({
    jobsWaiting: t.exposeInt('jobsWaiting', {
      description: `Jobs that are PENDING or RETRYING, counted up to ${maxCountedOfEach.toLocaleString('en')}.`,
    }),
    bytesStored: t.expose('bytesStored', { type: 'BigInt', description: 'Bytes of stored documents.' }),
    bytesArriving: t.expose('bytesArriving', { type: 'BigInt', description: bytesArrivingText }),
    pagesThisMonth: t.exposeInt('pagesThisMonth', { description: 'Pages processed in this calendar month (UTC).' }),
  }),
});

const usageOf = createBatcher<string, Usage>();
const keysOf = createBatcher<string, number>();

export const Tenant = builder.objectRef<TenantRow>('Tenant').implement({
  description: 'A customer. Nothing of one tenant is visible to another.',
  fields: (t) => ({
    id: t.id({
      description: 'The id, such as tenant_01h455vb4pex5vsknk084sn02q.',
      resolve: ({ id }) => encodeId('tenant', id),
    }),
    name: t.exposeString('name', { description: 'The name of the tenant.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the tenant was created.' }),
    queuePausedAt: t.expose('queuePausedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When an operator paused the queue of this tenant: its jobs wait. Null while it runs.',
    }),
    erasingSince: t.expose('erasingSince', {
      type: 'DateTime',
      nullable: true,
      description: 'When `eraseTenant` began to delete the tenant with everything it has; null while it lives.',
    }),
    limits: t.field({
      type: Limits,
      extensions: scope('ANY'),
      description: 'The limits of the tenant.',
      resolve: ({ limits, maxRunning }) => ({ ...storedTenantLimits(limits), jobsRunning: maxRunning }),
    }),
    usage: t.field({
      type: TenantUsage,
      extensions: { ...cost({ points: 50 }), ...scope('ANY') },
      description: 'What the tenant uses of its limits.',
      resolve: ({ id }, _args, context, info) =>
        usageOf(context, info.fieldNodes, id, async (ids) => {
          const usages = await readUsages(context.system, ids);
          return ids.map((each) => usages.get(each) ?? new Error('a tenant has no usage'));
        }),
    }),
    validKeys: t.int({
      extensions: cost({ points: 5 }),
      description: 'The number of its API keys that are neither revoked nor expired.',
      resolve: ({ id }, _args, context, info) =>
        keysOf(context, info.fieldNodes, id, async (ids) => {
          const counts = await countValidKeys(context.system, ids);
          return ids.map((each) => counts.get(each) ?? 0);
        }),
    }),
  }),
});
