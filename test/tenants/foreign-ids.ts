import { byFilter, byId, type Case, mutation, withInput } from './case.ts';
import { operatorCases } from './operator-cases.ts';

const base64 = Buffer.from('%PDF-1.7').toString('base64');

const jobs = 'totalCount nodes { id name }';
const createJob =
  'mutation ($input: CreateJobInput!) { createJob(input: $input) { deduplicated job { status name } } }';
const createBatch =
  'mutation ($input: CreateBatchInput!) { createBatch(input: $input) { deduplicated batch { total } } }';
const createWatchToken = 'mutation ($input: CreateWatchTokenInput!) { createWatchToken(input: $input) { token } }';
const deliveries = `query ($filter: WebhookDeliveryFilter!) {
  webhookDeliveries(filter: $filter) { nodes { id event job { id } batch { id } endpoint { id } } } }`;

/** Every argument that may name an object of a tenant. A new one fails the test until it has a case here. */
export const cases: Readonly<Record<string, Case>> = {
  'Query.job(id)': { names: ['job'], operation: 'query ($id: ID!) { job(id: $id) { id name } }', variables: byId },
  'Query.batch(id)': {
    names: ['batch'],
    operation: 'query ($id: ID!) { batch(id: $id) { id name } }',
    variables: byId,
  },
  'Query.node(id)': {
    names: ['job', 'batch', 'upload', 'endpoint', 'delivery', 'page'],
    operation: 'query ($id: ID!) { node(id: $id) { id __typename } }',
    variables: byId,
  },
  'Query.jobs(filter.batch)': {
    names: ['batch'],
    operation: `query ($filter: JobFilter!) { jobs(filter: $filter) { ${jobs} } }`,
    variables: byFilter('batch'),
  },
  'Query.searchPages(filter.batch)': {
    names: ['batch'],
    operation:
      'query ($filter: JobFilter!) { searchPages(query: "bee", filter: $filter) { complete nodes { snippet } } }',
    variables: byFilter('batch'),
  },
  'Query.webhookDeliveries(filter.batch)': { names: ['batch'], operation: deliveries, variables: byFilter('batch') },
  'Query.webhookDeliveries(filter.endpoint)': {
    names: ['endpoint'],
    operation: deliveries,
    variables: byFilter('endpoint'),
  },
  'Query.webhookDeliveries(filter.job)': { names: ['job'], operation: deliveries, variables: byFilter('job') },
  'Batch.jobs(filter.batch)': {
    names: ['batch'],
    operation: `query ($filter: JobFilter!) { batches { nodes { jobs(filter: $filter) { ${jobs} } } } }`,
    variables: byFilter('batch'),
  },
  'Mutation.cancelJob(id)': { names: ['job'], operation: mutation('cancelJob', 'job { id status }'), variables: byId },
  'Mutation.retryJob(id)': { names: ['job'], operation: mutation('retryJob', 'job { id status }'), variables: byId },
  'Mutation.deleteJob(id)': { names: ['job'], operation: mutation('deleteJob', 'deletedId'), variables: byId },
  'Mutation.cancelBatch(id)': {
    names: ['batch'],
    operation: mutation('cancelBatch', 'batch { id status }'),
    variables: byId,
  },
  'Mutation.retryBatch(id)': {
    names: ['batch'],
    operation: mutation('retryBatch', 'batch { id status }'),
    variables: byId,
  },
  'Mutation.createJob(input.source.job)': {
    names: ['job'],
    operation: createJob,
    variables: withInput((job) => ({ source: { job } })),
  },
  'Mutation.createJob(input.source.upload)': {
    names: ['upload'],
    operation: createJob,
    variables: withInput((upload) => ({ source: { upload } })),
  },
  'Mutation.createJob(input.webhook.endpoint)': {
    names: ['endpoint'],
    operation: createJob,
    variables: withInput((endpoint) => ({ source: { base64 }, webhook: { endpoint } })),
  },
  'Mutation.createBatch(input.items.source.job)': {
    names: ['job'],
    operation: createBatch,
    variables: withInput((job) => ({ items: [{ source: { job } }] })),
  },
  'Mutation.createBatch(input.items.source.upload)': {
    names: ['upload'],
    operation: createBatch,
    variables: withInput((upload) => ({ items: [{ source: { upload } }] })),
  },
  'Mutation.createBatch(input.webhook.endpoint)': {
    names: ['endpoint'],
    operation: createBatch,
    variables: withInput((endpoint) => ({ items: [{ source: { base64 } }], webhook: { endpoint } })),
  },
  'Mutation.createWatchToken(input.job)': {
    names: ['job'],
    operation: createWatchToken,
    variables: withInput((job) => ({ job })),
  },
  'Mutation.createWatchToken(input.batch)': {
    names: ['batch'],
    operation: createWatchToken,
    variables: withInput((batch) => ({ batch })),
  },
  'Mutation.pauseWebhookEndpoint(id)': {
    names: ['endpoint'],
    operation: mutation('pauseWebhookEndpoint', 'endpoint { id }'),
    variables: byId,
  },
  'Mutation.resumeWebhookEndpoint(id)': {
    names: ['endpoint'],
    operation: mutation('resumeWebhookEndpoint', 'endpoint { id }'),
    variables: byId,
  },
  'Mutation.updateWebhookEndpoint(id)': {
    names: ['endpoint'],
    operation: `mutation ($id: ID!) { updateWebhookEndpoint(id: $id, input: { name: "changed" }) { endpoint { id name } } }`,
    variables: byId,
  },
  'Mutation.deleteWebhookEndpoint(id)': {
    names: ['endpoint'],
    operation: mutation('deleteWebhookEndpoint', 'deletedId'),
    variables: byId,
  },
  'Mutation.rotateWebhookSecret(id)': {
    names: ['endpoint', 'tenant'],
    operation: mutation('rotateWebhookSecret', 'secret'),
    variables: byId,
  },
  'Mutation.redeliverWebhook(id)': {
    names: ['delivery'],
    operation: mutation('redeliverWebhook', 'delivery { id status }'),
    variables: byId,
  },
  'Subscription.jobProgress(id)': {
    names: ['job'],
    operation: 'subscription ($id: ID!) { jobProgress(id: $id) { status name } }',
    variables: byId,
  },
  'Subscription.batchProgress(id)': {
    names: ['batch'],
    operation: 'subscription ($id: ID!) { batchProgress(id: $id) { status name } }',
    variables: byId,
  },
  'Subscription.jobUpdates(filter.batch)': {
    names: ['batch'],
    operation: 'subscription ($filter: JobFilter!) { jobUpdates(filter: $filter) { jobId name } }',
    variables: byFilter('batch'),
  },
  ...operatorCases,
};

/**
 * Text arguments that may name something of a tenant, each with an operation. All other texts, numbers and choices
 * cannot.
 */
export const namingTexts: Readonly<Record<string, Omit<Case, 'names'>>> = {
  'Mutation.createJob(input.idempotencyKey)': {
    operation: createJob,
    variables: withInput((idempotencyKey) => ({ source: { base64 }, idempotencyKey })),
  },
  'Mutation.createBatch(input.idempotencyKey)': {
    operation: createBatch,
    variables: withInput((idempotencyKey) => ({ items: [{ source: { base64 } }], idempotencyKey })),
  },
};

/** Values of the other conditions of filters, by their types. A condition of a new type fails the test. */
export const filterValues: Readonly<Record<string, string>> = {
  JobStatus: '[FAILED, PENDING]',
  FailureCode: '[NOT_A_PDF]',
  String: '"object"',
  DateTime: '"2020-01-01T00:00:00Z"',
  WebhookDeliveryStatus: '[PENDING]',
  WebhookEvent: '[JOB_COMPLETED]',
};

/** Queries with one condition each, by the field that takes the filter. */
export const filteredQueries: Readonly<Record<string, (filter: string) => string>> = {
  'Query.jobs': (filter) => `{ jobs(filter: ${filter}) { totalCount nodes { id } } }`,
  'Query.searchPages': (filter) => `{ searchPages(query: "bee", filter: ${filter}) { nodes { snippet job { id } } } }`,
  'Query.webhookDeliveries': (filter) => `{ webhookDeliveries(filter: ${filter}) { nodes { id } } }`,
  'Query.auditLog': (filter) => `{ auditLog(filter: ${filter}) { nodes { id } } }`,
  'Batch.jobs': (filter) => `{ batches { nodes { jobs(filter: ${filter}) { totalCount nodes { id } } } } }`,
};
