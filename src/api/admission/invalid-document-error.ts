import { GraphQLError } from 'graphql';

/** Why a document was refused as GraphQL: the codes that servers agree on. */
export type InvalidDocumentCode = 'GRAPHQL_PARSE_FAILED' | 'GRAPHQL_VALIDATION_FAILED' | 'OPERATION_RESOLUTION_FAILURE';

/** A document is not GraphQL, does not fit the schema, or holds no operation of the name that was asked for. */
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
