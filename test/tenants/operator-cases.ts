import { byFilter, byId, type Case, mutation, withInput } from './case.ts';

const entries = 'query ($filter: AuditLogFilter!) { auditLog(filter: $filter) { nodes { action target } } }';

/** The conditions of a mutation that changes many jobs. */
const bulkCases = (field: string, more: object = {}): Record<string, Case> =>
  Object.fromEntries(
    (
      [
        ['batch', 'batch', (id: string) => id],
        ['jobs', 'job', (id: string) => [id]],
        ['tenant', 'tenant', (id: string) => id],
      ] as const
    ).map(([condition, type, toValue]) => [
      `Mutation.${field}(input.filter.${condition})`,
      {
        names: [type],
        operation: `mutation ($input: ${field === 'setPriority' ? 'SetPriorityInput' : 'BulkInput'}!) { ${field}(input: $input) { count } }`,
        variables: withInput((id) => ({ filter: { [condition]: toValue(id) }, ...more })),
        forOperators: true,
      },
    ]),
  );

/** Every argument of an operation for operators that may name an object of a tenant. */
export const operatorCases: Readonly<Record<string, Case>> = {
  'Mutation.createApiKey(input.tenant)': {
    names: ['tenant'],
    operation: 'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }',
    variables: withInput((tenant) => ({ tenant, scopes: ['READ'] })),
    forOperators: true,
  },
  'Mutation.rotateApiKey(id)': {
    names: ['key'],
    operation: mutation('rotateApiKey', 'secret'),
    variables: byId,
    forOperators: true,
  },
  'Mutation.revokeApiKey(id)': {
    names: ['key'],
    operation: mutation('revokeApiKey', 'apiKey { id }'),
    variables: byId,
    forOperators: true,
  },
  'Mutation.updateApiKey(id)': {
    names: ['key'],
    operation: 'mutation ($id: ID!) { updateApiKey(id: $id, input: { name: "changed" }) { apiKey { id } } }',
    variables: byId,
    forOperators: true,
  },
  'Mutation.updateTenant(id)': {
    names: ['tenant'],
    operation:
      'mutation ($id: ID!) { updateTenant(id: $id, input: { limits: { requestsPerMinute: 1 } }) { tenant { id } } }',
    variables: byId,
    forOperators: true,
  },
  'Mutation.restoreJob(id)': {
    names: ['job'],
    operation: mutation('restoreJob', 'jobId'),
    variables: byId,
    forOperators: true,
  },
  ...Object.fromEntries(
    (['job', 'tenant', 'batch'] as const).map((condition) => [
      `Query.archivedJobs(filter.${condition})`,
      {
        names: [condition],
        operation: 'query ($filter: ArchivedJobFilter!) { archivedJobs(filter: $filter) { nodes { jobId } } }',
        variables: byFilter(condition),
        forOperators: true,
      },
    ]),
  ),
  'Mutation.eraseTenant(id)': {
    names: ['tenant'],
    operation: 'mutation ($id: ID!) { eraseTenant(id: $id, name: "of another") { erasure { id } } }',
    variables: byId,
    forOperators: true,
  },
  'Mutation.pauseQueue(tenant)': {
    names: ['tenant'],
    operation: 'mutation ($id: ID!) { pauseQueue(tenant: $id) { paused } }',
    variables: byId,
    forOperators: true,
  },
  'Mutation.resumeQueue(tenant)': {
    names: ['tenant'],
    operation: 'mutation ($id: ID!) { resumeQueue(tenant: $id) { paused } }',
    variables: byId,
    forOperators: true,
  },
  'Mutation.liftQuarantine(tenant)': {
    names: ['tenant'],
    operation: 'mutation ($id: ID!) { liftQuarantine(sha256: "0", tenant: $id) { lifted } }',
    variables: byId,
    forOperators: true,
  },
  'Mutation.drainWorker(id)': {
    names: ['worker'],
    operation: mutation('drainWorker', 'worker { id }'),
    variables: byId,
    forOperators: true,
  },
  'Mutation.cancelBulkOperation(id)': {
    names: ['operation'],
    operation: mutation('cancelBulkOperation', 'operation { id }'),
    variables: byId,
    forOperators: true,
  },
  ...bulkCases('retryJobs'),
  ...bulkCases('cancelJobs'),
  ...bulkCases('deleteJobs'),
  ...bulkCases('archiveJobs'),
  ...bulkCases('setPriority', { priority: 1 }),
  'Query.auditLog(filter.apiKey)': {
    names: ['key'],
    operation: entries,
    variables: byFilter('apiKey'),
    forOperators: true,
  },
  'Query.auditLog(filter.target)': {
    names: ['job'],
    operation: entries,
    variables: byFilter('target'),
    forOperators: true,
  },
  'Query.auditLog(filter.tenant)': {
    names: ['tenant'],
    operation: entries,
    variables: byFilter('tenant'),
    forOperators: true,
  },
};
