import { z } from 'zod';
import { bytes, wholeNumber } from './environment.ts';

/** Limits of one GraphQL operation over any transport, and of the resources that operations use in a process. */
export interface OperationLimits {
  /** Bytes of a query text. */
  queryBytes: number;
  /** Lexical tokens of a query text. */
  queryTokens: number;
  /** Levels of nested fields. */
  queryDepth: number;
  /** Aliases in a document. */
  queryAliases: number;
  /** Root fields of an operation, including those of its fragments. */
  queryRootFields: number;
  /** Maximum cost of an operation in points, as estimated before it runs. */
  queryCost: number;
  /** Concurrent operations on one WebSocket. */
  socketOperations: number;
  /** Memory for parsed documents, in bytes. */
  documentCacheBytes: number;
  /** Maximum duration of a query or mutation, in seconds. */
  operationSeconds: number;
  /** Bytes of one response. */
  answerBytes: number;
}

const MiB = 1024 ** 2;
const GiB = 1024 ** 3;

export const defaultOperationLimits: OperationLimits = {
  queryBytes: 64 * 1024,
  queryTokens: 10_000,
  queryDepth: 20,
  queryAliases: 250,
  queryRootFields: 100,
  queryCost: 50_000,
  socketOperations: 100,
  documentCacheBytes: 16 * MiB,
  operationSeconds: 30,
  answerBytes: 16 * MiB,
};

/** The environment variables of these limits. */
export const operationLimitVariables = {
  MAX_QUERY_BYTES: wholeNumber(1_024, 16 * MiB).default(defaultOperationLimits.queryBytes),
  MAX_QUERY_TOKENS: wholeNumber(100, 1_000_000).default(defaultOperationLimits.queryTokens),
  MAX_QUERY_DEPTH: wholeNumber(1, 100).default(defaultOperationLimits.queryDepth),
  MAX_QUERY_ALIASES: wholeNumber(0, 100_000).default(defaultOperationLimits.queryAliases),
  MAX_QUERY_ROOT_FIELDS: wholeNumber(1, 100_000).default(defaultOperationLimits.queryRootFields),
  MAX_QUERY_COST: wholeNumber(100, 1_000_000_000).default(defaultOperationLimits.queryCost),
  MAX_SOCKET_OPERATIONS: wholeNumber(1, 100_000).default(defaultOperationLimits.socketOperations),
  DOCUMENT_CACHE_BYTES: bytes.default(defaultOperationLimits.documentCacheBytes),
  OPERATION_SECONDS: wholeNumber(1, 3_600).default(defaultOperationLimits.operationSeconds),
  MAX_ANSWER_BYTES: wholeNumber(64 * 1024, GiB).default(defaultOperationLimits.answerBytes),
};

const variables = z.object(operationLimitVariables);

export function operationLimitsOf(values: z.infer<typeof variables>): OperationLimits {
  return {
    queryBytes: values.MAX_QUERY_BYTES,
    queryTokens: values.MAX_QUERY_TOKENS,
    queryDepth: values.MAX_QUERY_DEPTH,
    queryAliases: values.MAX_QUERY_ALIASES,
    queryRootFields: values.MAX_QUERY_ROOT_FIELDS,
    queryCost: values.MAX_QUERY_COST,
    socketOperations: values.MAX_SOCKET_OPERATIONS,
    documentCacheBytes: values.DOCUMENT_CACHE_BYTES,
    operationSeconds: values.OPERATION_SECONDS,
    answerBytes: values.MAX_ANSWER_BYTES,
  };
}
