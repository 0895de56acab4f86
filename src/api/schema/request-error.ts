import { type IssueCode, issueCodes, type RequestErrorCode, requestErrors } from '../../request-errors.ts';
import { builder } from './builder.ts';

// No field has these types: they describe the `extensions` of errors for readers of the schema and code generators.

type Values<Code extends string> = Record<Code, { description: string }>;

const ofRequests = Object.fromEntries(
  Object.entries(requestErrors).map(([code, { message, advice }]) => [code, { description: `${message} ${advice}` }]),
) as Values<RequestErrorCode>;

/** GraphQL's own errors about a document. */
const ofDocuments = {
  GRAPHQL_PARSE_FAILED: { description: 'The document is not GraphQL.' },
  GRAPHQL_VALIDATION_FAILED: { description: 'The document does not fit the schema.' },
  OPERATION_RESOLUTION_FAILURE: {
    description: 'The document has several operations, and `operationName` names none of them.',
  },
};

builder.enumType('RequestErrorCode', {
  description:
    'Why a request failed: the values of `extensions.code` of a top-level error. A job that fails has a `FailureCode` instead.',
  values: { ...ofRequests, ...ofDocuments },
});

builder.enumType('InputIssueCode', {
  description:
    'What is wrong with a value of an input: the values of `code` in `extensions.issues`, which come with BAD_USER_INPUT.',
  values: Object.fromEntries(
    Object.entries(issueCodes).map(([code, description]) => [code, { description }]),
  ) as Values<IssueCode>,
});
