import type { Limits } from '../../config/config.ts';
import type { Tenant } from '../../connections/prisma/client.ts';
import { encodeId } from '../../ids.ts';
import type { Allowance } from '../../tenants/limits.ts';
import type { Usage } from '../../tenants/sql/usage.ts';
import { readUsage } from '../../tenants/usage.ts';
import { secretOf } from '../../webhooks/secret.ts';
import { cost, scope } from '../admission/declarations.ts';
import { ApiKey, Scope } from './api-key/api-key.ts';
import { builder } from './builder.ts';
import { bytesArrivingText } from './tenant/tenant.ts';

interface ViewerLimits extends Allowance {
  /** Limits of the installation. */
  installation: Limits;
  jobsRunning: number | null;
}

const ViewerLimits = builder.objectRef<ViewerLimits>('ViewerLimits').implement({
  description: 'The limits that apply to you now. Null stands for no limit.',
  fields: (t) => ({
    requestsPerMinute: t.exposeInt('requestsPerMinute', {
      nullable: true,
      description: 'Requests of your key per minute. `extensions.rateLimit` of each response has the remaining ones.',
    }),
    tenantRequestsPerMinute: t.exposeInt('tenantRequestsPerMinute', {
      nullable: true,
      description: 'Requests of all keys of your tenant per minute.',
    }),
    jobsRunning: t.exposeInt('jobsRunning', {
      nullable: true,
      description: 'Jobs of your tenant that run at the same time.',
    }),
    jobsWaiting: t.int({
      nullable: true,
      description: 'Jobs of your tenant that are PENDING or RETRYING.',
      resolve: ({ quotas }) => quotas.jobsWaiting,
    }),
    bytesStored: t.field({
      type: 'BigInt',
      nullable: true,
      description: 'Bytes of documents that your tenant has stored.',
      resolve: ({ quotas }) => quotas.bytesStored,
    }),
    pagesPerMonth: t.int({
      nullable: true,
      description: 'Pages that your tenant may process in a calendar month (UTC).',
      resolve: ({ quotas }) => quotas.pagesPerMonth,
    }),
    documentBytes: t.field({
      type: 'BigInt',
      description: 'Bytes of one document.',
      resolve: ({ installation }) => installation.documentBytes,
    }),
    documentPages: t.int({
      description: 'Pages that are read of one document.',
      resolve: ({ installation }) => installation.pages,
    }),
    timeoutSeconds: t.exposeInt('timeoutSeconds', { description: 'Maximum of `options.timeoutSeconds`.' }),
    memoryBytes: t.field({
      type: 'BigInt',
      description: 'Memory for reading a document, in bytes. More is MEMORY_LIMIT.',
      resolve: ({ memoryBytes, installation: { extractorMemoryBytes } }) =>
        Math.min(memoryBytes ?? extractorMemoryBytes, extractorMemoryBytes),
    }),
    jobsDays: t.exposeInt('jobsDays', {
      nullable: true,
      description: 'Days that final jobs are kept with their results and documents; see `Job.expiresAt`.',
    }),
    documentsDays: t.exposeInt('documentsDays', {
      nullable: true,
      description:
        'Days that documents are kept after the end of their last job; null for as long as the job. See `JobSource.stored`.',
    }),
    imagesDays: t.exposeInt('imagesDays', {
      nullable: true,
      description: 'Days that images of pages are kept after the end of their job; null for as long as the job.',
    }),
    archiveDays: t.exposeInt('archiveDays', {
      nullable: true,
      description:
        'Days after which final jobs move to the archive, where only operators can restore them; null for never.',
    }),
    minPriority: t.int({ description: 'The lowest `priority` of your jobs.', resolve: ({ priority }) => priority.min }),
    maxPriority: t.int({
      description: 'The highest `priority` of your jobs.',
      resolve: ({ priority }) => priority.max,
    }),
  }),
});

const ViewerUsage = builder.objectRef<Usage>('ViewerUsage').implement({
  description: 'What your tenant uses of its limits.',
  fields: (t) => ({
    jobsWaiting: t.exposeInt('jobsWaiting', {
      description: 'Jobs that are PENDING or RETRYING, counted up to 1,000,000.',
    }),
    bytesStored: t.expose('bytesStored', { type: 'BigInt', description: 'Bytes of stored documents.' }),
    bytesArriving: t.expose('bytesArriving', { type: 'BigInt', description: bytesArrivingText }),
    pagesThisMonth: t.exposeInt('pagesThisMonth', { description: 'Pages processed in this calendar month (UTC).' }),
  }),
});

const Viewer = builder.objectRef<Tenant>('Viewer').implement({
  description: 'The caller of the API.',
  fields: (t) => ({
    id: t.id({
      description: 'The id of your tenant, such as tenant_01h455vb4pex5vsknk084sn02q.',
      resolve: ({ id }) => encodeId('tenant', id),
    }),
    name: t.exposeString('name', { description: 'The name of your tenant.' }),
    scopes: t.field({
      type: [Scope],
      description: 'What you may do.',
      resolve: (_, _args, { scopes }) => [...scopes],
    }),
    apiKey: t.field({
      type: ApiKey,
      nullable: true,
      description: 'The key of the request; null for a request without a key.',
      resolve: (_, _args, { database, key }) =>
        key === null ? null : database.prisma.apiKey.findUnique({ where: { id: key.id } }),
    }),
    limits: t.field({
      type: ViewerLimits,
      extensions: scope('ANY'),
      description: 'Your limits.',
      resolve: ({ maxRunning }, _args, { allowance, limits }) => ({
        ...allowance,
        jobsRunning: maxRunning,
        installation: limits,
      }),
    }),
    usage: t.field({
      type: ViewerUsage,
      extensions: { ...cost({ points: 50 }), ...scope('READ') },
      description: 'What your tenant uses of its limits. Needs the scope READ.',
      resolve: ({ id }, _args, { database, allowance }) => readUsage(database, id, allowance.quotas),
    }),
    webhookSecret: t.string({
      extensions: scope('WRITE'),
      description:
        'The secret that signs webhooks to URLs, such as whsec_…. Use it to verify them, and `rotateWebhookSecret` to change it. Needs the scope WRITE.',
      resolve: (tenant, _, { secrets }) => secretOf(secrets, tenant),
    }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({
    type: Viewer,
    extensions: scope('ANY'),
    description: 'The caller of the API. Needs no particular scope.',
    resolve: (_, _args, { database, tenantId }) =>
      database.prisma.tenant.findUniqueOrThrow({ where: { id: tenantId } }),
  }),
);
