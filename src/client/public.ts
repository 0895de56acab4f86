// The exports of `pagehive/client`. Nothing inside imports this file.

export { isFinalBatch } from './batch-progress.ts';
export { type Client, type ClientOptions, createClient } from './client.ts';
export type { ApiKey } from './endpoint.ts';
export { GraphQLRequestError, type RequestIssue, ServerUnreachableError } from './errors.ts';
export type { InputIssueCode, RequestErrorCode } from './generated/enums.ts';
export * from './generated/graphql.ts';
export { isFinal } from './job-progress.ts';
export type { JobUpdatesOptions } from './job-updates.ts';
export type { Operations } from './operations.ts';
export type { ProgressOptions } from './progress.ts';
export type { RequestOptions } from './request.ts';
export type { ConnectionState, WatchOptions } from './resume.ts';
export type { Observer, Stream } from './stream.ts';
export type { UploadBody, UploadOptions } from './upload.ts';
