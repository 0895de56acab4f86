import type { InputIssueCode, RequestErrorCode } from './generated/enums.ts';

/** A code that this version knows, or one of a newer server. */
type Code<Known extends string> = Known | (string & Record<never, never>);

/** A bad value of an input; `path` leads to it through fields and list indexes. */
export interface RequestIssue {
  path: (string | number)[];
  code: Code<InputIssueCode>;
  message: string;
}

/** The server refused a request: nothing was accepted. `code` is stable, docs/errors.md explains each. */
export class GraphQLRequestError extends Error {
  readonly code: Code<RequestErrorCode | 'CONNECTION_REFUSED' | 'ORIGIN_REFUSED' | 'UNKNOWN'>;
  /** How to fix it, if the server provides advice. */
  readonly advice: string | null;
  readonly issues: RequestIssue[];

  constructor(code: string, message: string, details: { advice?: string | null; issues?: RequestIssue[] } = {}) {
    super(message);
    this.name = 'GraphQLRequestError';
    this.code = code;
    this.advice = details.advice ?? null;
    this.issues = details.issues ?? [];
  }
}

/** There was no response, or not one from Pagehive. It is unknown whether the request arrived. */
export class ServerUnreachableError extends Error {
  readonly url: string;

  constructor(url: string, reason: string, options?: ErrorOptions) {
    super(`${url} cannot be reached: ${reason}`, options);
    this.name = 'ServerUnreachableError';
    this.url = url;
  }
}

const temporaryCodes: string[] = [
  'INTERNAL_SERVER_ERROR',
  'OVERLOADED',
  'RATE_LIMITED',
  'REQUEST_TIMEOUT',
  'SERVICE_UNAVAILABLE',
  'UPLOAD_IN_PROGRESS',
] satisfies RequestErrorCode[];

/** Returns the error in a response, or null. GraphQL and plain HTTP errors have the same format. */
export function errorOf(answer: unknown): GraphQLRequestError | null {
  const [first] = listOf(fieldOf(answer, 'errors'));
  if (first === undefined) return null;
  const extensions = fieldOf(first, 'extensions');
  return new GraphQLRequestError(
    textOf(fieldOf(extensions, 'code')) ?? 'UNKNOWN',
    textOf(fieldOf(first, 'message')) ?? 'The request failed.',
    { advice: textOf(fieldOf(extensions, 'advice')), issues: listOf(fieldOf(extensions, 'issues')).flatMap(issueOf) },
  );
}

/** Whether the same request may succeed later. */
export function isTemporary(error: unknown): boolean {
  if (error instanceof ServerUnreachableError) return true;
  return error instanceof GraphQLRequestError && temporaryCodes.includes(error.code);
}

/** Returns the cause of a failed `fetch` or socket, in a few words. */
export function reasonOf(error: unknown): string {
  const cause = fieldOf(error, 'cause') ?? error;
  // The addresses of one host fail together; the first error is enough.
  const [first = cause] = listOf(fieldOf(cause, 'errors'));
  const message = textOf(fieldOf(first, 'message'));
  return message || textOf(fieldOf(first, 'code')) || 'the connection failed';
}

function issueOf(issue: unknown): RequestIssue[] {
  const path = listOf(fieldOf(issue, 'path')).filter((part) => typeof part === 'string' || typeof part === 'number');
  const message = textOf(fieldOf(issue, 'message'));
  return message === null ? [] : [{ path, code: textOf(fieldOf(issue, 'code')) ?? 'UNKNOWN', message }];
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
