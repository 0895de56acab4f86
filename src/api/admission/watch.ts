import {
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLSchema,
  getArgumentValues,
  getVariableValues,
  type OperationDefinitionNode,
  separateOperations,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { RequestError } from '../../errors.ts';
import type { Watch } from '../../tenants/watch-token.ts';

const progress = ['revision', 'name', 'status', 'progressPercentage', 'estimatedCompletion'];
const job = [
  ...progress,
  ...['stage', 'pagesDone', 'pagesTotal', 'queuePosition', 'retryCount', 'maxRetries', 'nextRetryAt', 'failure'],
  ...['estimatedCompletionEarliest', 'estimatedCompletionLatest'],
];
const batch = [...progress, 'total', 'pending', 'running', 'completed', 'failed', 'cancelled'];
const times = ['createdAt', 'startedAt', 'finishedAt'];

/**
 * The fields that a watch token may read, by type: the progress of its job or batch, and a download. None of them leads
 * to other objects. Unlisted fields are refused, so a new schema field is inaccessible until it is added here.
 */
const readable: Readonly<Record<string, readonly string[]>> = {
  Query: ['job', 'batch', 'node'],
  Subscription: ['jobProgress', 'batchProgress'],
  Node: ['id'],
  Job: ['id', ...job, ...times, 'result'],
  JobProgress: ['jobId', 'cursor', 'at', 'bytesDone', 'bytesTotal', ...job],
  JobFailure: ['code', 'category', 'message', 'advice', 'page', 'retryable'],
  JobResult: ['download'],
  Batch: ['id', ...batch, ...times, 'estimatedCompletionEarliest', 'estimatedCompletionLatest', 'download'],
  BatchProgress: ['batchId', 'cursor', 'at', 'estimatedCompletionEarliest', 'estimatedCompletionLatest', ...batch],
  Download: ['url', 'expiresAt', 'contentType', 'bytes'],
};

export interface WatchedOperation {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  variables: Record<string, unknown>;
}

/**
 * Throws FORBIDDEN if an operation reads more than a watch token allows, even if the requested object does not exist.
 */
export function checkWatch(
  schema: GraphQLSchema,
  watch: Watch,
  { document, operation, variables }: WatchedOperation,
): void {
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  // Invalid variables fail the operation before anything is executed.
  if (coerced === undefined) return;
  const types = new TypeInfo(schema);
  visit(
    separateOperations(document)[operation.name?.value ?? ''] ?? document,
    visitWithTypeInfo(types, {
      Field(node) {
        const parent = types.getParentType();
        const field = types.getFieldDef();
        if (parent == null || field == null) return;
        if (field.name === '__typename') return;
        if (!readable[parent.name]?.includes(field.name))
          throw beyond(`${parent.name}.${field.name} is not among the fields that a watch token may read`);
        checkArguments(watch, parent.name, field, node, coerced);
      },
    }),
  );
}

function checkArguments(
  { subject, download }: Watch,
  parent: string,
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
  variables: Record<string, unknown>,
): void {
  const isRoot = parent === 'Query' || parent === 'Subscription';
  if (!isRoot && field.name !== 'download') return;
  const values = getArgumentValues(field, node, variables);
  if (isRoot && values.id !== subject) throw beyond('the watch token is for another job or batch');
  if (field.name === 'download' && values.format !== download)
    throw beyond('the watch token does not allow downloads in this format');
}

function beyond(reason: string): RequestError {
  return new RequestError('FORBIDDEN', { message: `The operation needs a key: ${reason}.` });
}
