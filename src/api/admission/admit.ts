import { type DocumentNode, GraphQLError, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import type { OperationLimits } from '../../config/operation-limits.ts';
import { RequestError } from '../../errors.ts';
import type { Scope } from '../../tenants/scopes.ts';
import type { Watch } from '../../tenants/watch-token.ts';
import { costOf, type PageSize } from './cost.ts';
import { createDocuments } from './documents.ts';
import { InvalidDocumentError } from './invalid-document-error.ts';
import { createScopesOf } from './scopes.ts';
import { firstFieldOf, operationOf } from './shape.ts';
import { checkVariables } from './variables.ts';
import { checkWatch } from './watch.ts';

/** An operation as a client sends it, over any transport. */
export interface OperationParams {
  query: string;
  operationName?: string | null;
  variables?: Readonly<Record<string, unknown>> | null;
}

/** An operation that may be executed. */
export interface AdmittedOperation {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  operationName: string | null;
  variables: Readonly<Record<string, unknown>>;
  /** Points, see `FieldCost`. */
  cost: number;
}

export type Admit<Of extends AdmittedCaller> = (params: OperationParams, caller: Of) => AdmittedOperation;

/** The properties of a caller that decide which operations it may run. */
export interface AdmittedCaller {
  scopes: ReadonlySet<Scope>;
  watch: Watch | null;
}

export interface AdmitOptions<Of extends AdmittedCaller> {
  pageSize: PageSize;
  /** Called when a caller may not run an operation, with its first root field. */
  onForbidden: (caller: Of, field: string) => void;
}

/**
 * Every operation passes this function before it is executed, over HTTP, Server-Sent Events and WebSocket alike.
 * It checks, in this order: size, tokens, nesting, shape, validity, the caller's scopes, input lists, cost. Each check
 * is bounded by the ones before it.
 * Throws `InvalidDocumentError`, or `RequestError` with a code that names the limit.
 */
export function createAdmit<Of extends AdmittedCaller>(
  schema: GraphQLSchema,
  limits: OperationLimits,
  { pageSize, onForbidden }: AdmitOptions<Of>,
): Admit<Of> {
  const documents = createDocuments(schema, limits);
  const scopesOf = createScopesOf(schema);
  return ({ query, operationName = null, variables }, caller) => {
    const { document, uses } = documents(query);
    const operation = operationOf(document, operationName);
    if (operation === null) throw unclearOperation(operationName);
    const { scopes, watch } = caller;
    const given = variables ?? {};
    try {
      for (const needed of scopesOf(document, operation)) if (!scopes.has(needed)) throw scopeTooSmall(needed);
      checkVariables(schema, operation, uses, given);
      if (watch !== null) checkWatch(schema, watch, { document, operation, variables: given });
    } catch (error) {
      const isForbidden = error instanceof RequestError && error.code === 'FORBIDDEN';
      if (isForbidden) onForbidden(caller, firstFieldOf(document, operation.selectionSet));
      throw error;
    }
    const cost = costOf(schema, document, operation, given, pageSize);
    if (cost > limits.queryCost) {
      throw new RequestError('QUERY_TOO_EXPENSIVE', {
        message: `The operation may cost ${cost} points; the limit is ${limits.queryCost}.`,
        details: { cost, limit: limits.queryCost },
      });
    }
    return { document, operation, operationName, variables: given, cost };
  };
}

function scopeTooSmall(needed: Scope): RequestError {
  return new RequestError('FORBIDDEN', { message: `The operation needs a key with the scope ${needed}.` });
}

/** Maximum characters of an operation name in an error message. */
const shownCharacters = 100;

function unclearOperation(name: string | null): Error {
  const message =
    name === null
      ? 'Name the operation to run in operationName.'
      : `There is no operation named ${name.slice(0, shownCharacters)}.`;
  return new InvalidDocumentError('OPERATION_RESOLUTION_FAILURE', [new GraphQLError(message)]);
}
