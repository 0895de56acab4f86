import { type DocumentNode, GraphQLError, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import type { OperationLimits } from '../../config.ts';
import { RequestError } from '../../errors.ts';
import type { Scope } from '../../tenants/scopes.ts';
import type { Watch } from '../../tenants/watch-token.ts';
import { costOf, type PageSize } from './cost.ts';
import { createDocuments } from './documents.ts';
import { InvalidDocumentError } from './invalid-document-error.ts';
import { createScopesOf } from './scopes.ts';
import { operationOf } from './shape.ts';
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

export type Admit = (params: OperationParams, caller: AdmittedCaller) => AdmittedOperation;

/** What decides about an operation of a caller. */
export interface AdmittedCaller {
  scopes: ReadonlySet<Scope>;
  watch: Watch | null;
}

/**
 * The one function that every operation passes before it is executed, over HTTP, Server-Sent Events and WebSocket alike:
 * size, tokens, nesting, shape, validation, scopes of the caller, input lists, cost, in this order, each check bounded by the ones before it.
 * Throws `InvalidDocumentError`, or `RequestError` with a code that names the limit.
 */
export function createAdmit(schema: GraphQLSchema, limits: OperationLimits, pageSize: PageSize): Admit {
  const documents = createDocuments(schema, limits);
  const scopesOf = createScopesOf(schema);
  return ({ query, operationName = null, variables }, { scopes, watch }) => {
    const { document, uses } = documents(query);
    const operation = operationOf(document, operationName);
    if (operation === null) throw unclearOperation(operationName);
    for (const needed of scopesOf(document, operation)) if (!scopes.has(needed)) throw scopeTooSmall(needed);
    const given = variables ?? {};
    checkVariables(schema, operation, uses, given);
    if (watch !== null) checkWatch(schema, watch, { document, operation, variables: given });
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

/** Of a name that a client sends. */
const shownCharacters = 100;

function unclearOperation(name: string | null): Error {
  const message =
    name === null
      ? 'Name the operation to run in operationName.'
      : `There is no operation named ${name.slice(0, shownCharacters)}.`;
  return new InvalidDocumentError('OPERATION_RESOLUTION_FAILURE', [new GraphQLError(message)]);
}
