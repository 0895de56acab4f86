import { GraphQLError } from 'graphql';

/** Why a document is invalid GraphQL, in the codes that servers commonly use. */
export type InvalidDocumentCode = 'GRAPHQL_PARSE_FAILED' | 'GRAPHQL_VALIDATION_FAILED' | 'OPERATION_RESOLUTION_FAILURE';

/** A document is not valid GraphQL, does not match the schema, or does not contain the requested operation. */
export class InvalidDocumentError extends Error {
  readonly errors: readonly GraphQLError[];

  constructor(code: InvalidDocumentCode, errors: readonly GraphQLError[]) {
    super(errors[0]?.message ?? 'The document is not valid.');
    this.name = 'InvalidDocumentError';
    this.errors = errors.map(
      ({ message, nodes, source, positions }) =>
        new GraphQLError(message, { nodes, source, positions, extensions: { code } }),
    );
  }
}
