/* eslint-disable */
import * as types from './graphql.ts';



/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "fragment Failure on JobFailure {\n  code\n  category\n  message\n  advice\n  page\n  retryable\n}\n\nmutation CreateJob($input: CreateJobInput!) {\n  createJob(input: $input) {\n    deduplicated\n    job {\n      id\n    }\n  }\n}\n\nquery FinishedJob($id: ID!) {\n  job(id: $id) {\n    id\n    revision\n    status\n    name\n    metadata\n    createdAt\n    startedAt\n    finishedAt\n    pagesDone\n    pagesTotal\n    retryCount\n    source {\n      kind\n      url\n      filename\n      bytes\n      sha256\n    }\n    failure {\n      ...Failure\n    }\n    result {\n      pageCount\n      engine\n      metadata {\n        title\n        author\n        subject\n        keywords\n        creator\n        producer\n        createdAt\n        modifiedAt\n        pdfVersion\n        tagged\n        encrypted\n      }\n    }\n  }\n}\n\nquery ResultPages($id: ID!, $after: String) {\n  job(id: $id) {\n    result {\n      pages(first: 100, after: $after) {\n        nodes {\n          number\n          text\n          markdown\n        }\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n      }\n    }\n  }\n}": typeof types.FailureFragmentDoc,
    "fragment Progress on JobProgress {\n  cursor\n  revision\n  jobId\n  name\n  status\n  stage\n  progressPercentage\n  pagesDone\n  pagesTotal\n  bytesDone\n  bytesTotal\n  retryCount\n  nextRetryAt\n  failure {\n    ...Failure\n  }\n  at\n}\n\nsubscription JobProgress($id: ID!, $after: String) {\n  jobProgress(id: $id, after: $after) {\n    ...Progress\n  }\n}": typeof types.ProgressFragmentDoc,
    "mutation CreateUpload($input: CreateUploadInput!) {\n  createUpload(input: $input) {\n    upload {\n      id\n      method\n      url\n      headers {\n        name\n        value\n      }\n    }\n  }\n}": typeof types.CreateUploadDocument,
};
const documents: Documents = {
    "fragment Failure on JobFailure {\n  code\n  category\n  message\n  advice\n  page\n  retryable\n}\n\nmutation CreateJob($input: CreateJobInput!) {\n  createJob(input: $input) {\n    deduplicated\n    job {\n      id\n    }\n  }\n}\n\nquery FinishedJob($id: ID!) {\n  job(id: $id) {\n    id\n    revision\n    status\n    name\n    metadata\n    createdAt\n    startedAt\n    finishedAt\n    pagesDone\n    pagesTotal\n    retryCount\n    source {\n      kind\n      url\n      filename\n      bytes\n      sha256\n    }\n    failure {\n      ...Failure\n    }\n    result {\n      pageCount\n      engine\n      metadata {\n        title\n        author\n        subject\n        keywords\n        creator\n        producer\n        createdAt\n        modifiedAt\n        pdfVersion\n        tagged\n        encrypted\n      }\n    }\n  }\n}\n\nquery ResultPages($id: ID!, $after: String) {\n  job(id: $id) {\n    result {\n      pages(first: 100, after: $after) {\n        nodes {\n          number\n          text\n          markdown\n        }\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n      }\n    }\n  }\n}": types.FailureFragmentDoc,
    "fragment Progress on JobProgress {\n  cursor\n  revision\n  jobId\n  name\n  status\n  stage\n  progressPercentage\n  pagesDone\n  pagesTotal\n  bytesDone\n  bytesTotal\n  retryCount\n  nextRetryAt\n  failure {\n    ...Failure\n  }\n  at\n}\n\nsubscription JobProgress($id: ID!, $after: String) {\n  jobProgress(id: $id, after: $after) {\n    ...Progress\n  }\n}": types.ProgressFragmentDoc,
    "mutation CreateUpload($input: CreateUploadInput!) {\n  createUpload(input: $input) {\n    upload {\n      id\n      method\n      url\n      headers {\n        name\n        value\n      }\n    }\n  }\n}": types.CreateUploadDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "fragment Failure on JobFailure {\n  code\n  category\n  message\n  advice\n  page\n  retryable\n}\n\nmutation CreateJob($input: CreateJobInput!) {\n  createJob(input: $input) {\n    deduplicated\n    job {\n      id\n    }\n  }\n}\n\nquery FinishedJob($id: ID!) {\n  job(id: $id) {\n    id\n    revision\n    status\n    name\n    metadata\n    createdAt\n    startedAt\n    finishedAt\n    pagesDone\n    pagesTotal\n    retryCount\n    source {\n      kind\n      url\n      filename\n      bytes\n      sha256\n    }\n    failure {\n      ...Failure\n    }\n    result {\n      pageCount\n      engine\n      metadata {\n        title\n        author\n        subject\n        keywords\n        creator\n        producer\n        createdAt\n        modifiedAt\n        pdfVersion\n        tagged\n        encrypted\n      }\n    }\n  }\n}\n\nquery ResultPages($id: ID!, $after: String) {\n  job(id: $id) {\n    result {\n      pages(first: 100, after: $after) {\n        nodes {\n          number\n          text\n          markdown\n        }\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n      }\n    }\n  }\n}"): typeof import('./graphql.ts').FailureFragmentDoc;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "fragment Progress on JobProgress {\n  cursor\n  revision\n  jobId\n  name\n  status\n  stage\n  progressPercentage\n  pagesDone\n  pagesTotal\n  bytesDone\n  bytesTotal\n  retryCount\n  nextRetryAt\n  failure {\n    ...Failure\n  }\n  at\n}\n\nsubscription JobProgress($id: ID!, $after: String) {\n  jobProgress(id: $id, after: $after) {\n    ...Progress\n  }\n}"): typeof import('./graphql.ts').ProgressFragmentDoc;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation CreateUpload($input: CreateUploadInput!) {\n  createUpload(input: $input) {\n    upload {\n      id\n      method\n      url\n      headers {\n        name\n        value\n      }\n    }\n  }\n}"): typeof import('./graphql.ts').CreateUploadDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
