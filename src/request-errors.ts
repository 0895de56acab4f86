/** The catalogue of request errors, the other half of `errors.ts`. */

interface RequestErrorEntry {
  readonly status: number;
  readonly message: string;
  readonly advice: string;
}

/**
 * The reasons for which a request can fail. `status` is for plain HTTP endpoints; GraphQL returns 200, per its HTTP
 * spec.
 */
export const requestErrors = {
  BAD_USER_INPUT: {
    status: 400,
    message: 'The input is not valid.',
    advice: 'Fix the values that extensions.issues lists with their paths.',
  },
  BAD_REQUEST: {
    status: 400,
    message: 'The HTTP request is not well-formed.',
    advice: 'Send JSON with the parameters query, operationName and variables; the message says what is wrong.',
  },
  NOT_FOUND: {
    status: 404,
    message: 'It does not exist, or it is not yours.',
    advice: 'Check the id; deleted things are gone for good.',
  },
  UNAUTHENTICATED: {
    status: 401,
    message: 'The request has no valid credentials.',
    advice: 'Send a valid API key: as "Authorization: Bearer <key>", or by PAGEHIVE_KEY on the command line.',
  },
  TENANT_PROTECTED: {
    status: 409,
    message: 'This tenant cannot be erased.',
    advice: 'Erase it with a key of another tenant. The default tenant cannot be erased; delete its jobs instead.',
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    message: 'This address does not accept the HTTP method of the request.',
    advice: 'Send queries and mutations by POST, uploads by PUT; GET serves queries and downloads.',
  },
  UPLOAD_INCOMPLETE: {
    status: 409,
    message: 'The bytes of this upload have not arrived yet.',
    advice: 'PUT the file to upload.url, wait for the response, then call createJob.',
  },
  UPLOAD_EXPIRED: {
    status: 410,
    message: 'This upload has expired.',
    advice: 'Call createUpload again and PUT the file to the new URL.',
  },
  UPLOAD_ALREADY_STORED: {
    status: 409,
    message: 'The bytes of this upload are already stored.',
    advice: 'Use the upload as it is, or create another one for other bytes.',
  },
  UPLOAD_IN_PROGRESS: {
    status: 409,
    message: 'Another PUT of this upload is in progress.',
    advice:
      'Wait for its response, or end it and send the bytes again; a PUT without a connection ends within a minute.',
  },
  UPLOAD_URL_INVALID: {
    status: 403,
    message: 'The signature of this URL is not valid, or it has expired.',
    advice: 'Use the URL exactly as it was returned, or request a new one.',
  },
  DOWNLOAD_URL_INVALID: {
    status: 403,
    message: 'The signature of this URL is not valid, or it has expired.',
    advice: 'Use the URL exactly as it was returned, or request a new one.',
  },
  UPLOAD_MISMATCH: {
    status: 422,
    message: 'The bytes are not the ones that createUpload announced.',
    advice: 'Send exactly the announced number of bytes with the announced SHA-256.',
  },
  UPLOAD_PARTIAL: {
    status: 400,
    message: 'The request contains only a part of the document.',
    advice: 'Send the whole document in one PUT, without Content-Range.',
  },
  UNSUPPORTED_ENCODING: {
    status: 415,
    message: 'The body is compressed or wrapped, which is not supported here.',
    advice: 'Send the bytes as they are, without Content-Encoding.',
  },
  REQUEST_TIMEOUT: {
    status: 408,
    message: 'The body of the request arrived too slowly.',
    advice: 'Send it again over a faster connection; use createUpload and PUT for large files.',
  },
  FORBIDDEN: {
    status: 403,
    message: 'The request is not allowed.',
    advice: 'Check where the request comes from and what its credentials allow.',
  },
  RATE_LIMITED: {
    status: 429,
    message: 'Too many requests arrived in a short time.',
    advice: 'Try again after the number of seconds in Retry-After.',
  },
  QUOTA_EXCEEDED: {
    status: 403,
    message: 'The request would exceed a quota of your account.',
    advice:
      'Delete data that you no longer need, wait until the quota is refilled, or ask the operator for a higher one.',
  },
  PAYLOAD_TOO_LARGE: {
    status: 413,
    message: 'The request is larger than its limit.',
    advice: 'Use createUpload and PUT for large files.',
  },
  IDEMPOTENCY_CONFLICT: {
    status: 409,
    message: 'This idempotency key was used for a job with other content or options.',
    advice: 'Use a new key for a new job; repeat a key only with the very same input.',
  },
  JOB_FINAL: {
    status: 409,
    message: 'The job has already ended.',
    advice: 'A job that has ended cannot be cancelled, and a completed one cannot be retried.',
  },
  BATCH_FINAL: {
    status: 409,
    message: 'The batch has already ended.',
    advice: 'A batch that has ended cannot be cancelled; retryBatch runs its failed jobs again.',
  },
  JOB_NOT_FINAL: {
    status: 409,
    message: 'The job has not ended yet.',
    advice: 'Cancel the job or wait for its end, then call again.',
  },
  DOCUMENT_EXPIRED: {
    status: 410,
    message: 'The document of this job is no longer stored.',
    advice: 'Send the document again with createJob.',
  },
  ARCHIVE_CORRUPT: {
    status: 500,
    message: 'The file of the archived job is damaged.',
    advice: 'Restore the file from a backup of the storage; the log of the API names the job.',
  },
  RESTORE_IN_PROGRESS: {
    status: 409,
    message: 'The job is being restored.',
    advice: 'Wait a moment and call again; a restore takes seconds.',
  },
  COUNT_CHANGED: {
    status: 409,
    message: 'More jobs match than expected.',
    advice: 'Repeat the dry run without `expectedCount`, and confirm its count.',
  },
  RESULT_TOO_LARGE: {
    status: 413,
    message: 'The result is too large for one GraphQL response.',
    advice: 'Request fewer items at a time with `first`, or fetch the `download` of the result.',
  },
  QUERY_TOO_LARGE: {
    status: 400,
    message: 'The query is larger than its limits.',
    advice: 'Send a shorter query: pass values as variables, and split what is independent into several requests.',
  },
  QUERY_TOO_EXPENSIVE: {
    status: 400,
    message: 'The operation may cost more than its limit.',
    advice:
      'Ask for smaller pages with `first`, fewer nested lists, or fewer fields; compare extensions.cost and limit.',
  },
  OVERLOADED: {
    status: 503,
    message: 'The server is overloaded right now.',
    advice: 'Try again after the number of seconds in Retry-After.',
  },
  DEADLINE_EXCEEDED: {
    status: 503,
    message: 'The operation exceeded its time limit.',
    advice: 'Ask for less in one operation: smaller pages, fewer fields, a narrower filter, fewer mutations.',
  },
  SERVICE_UNAVAILABLE: {
    status: 503,
    message: 'The database cannot be reached right now.',
    advice:
      'Try again in a few seconds, createJob with the same idempotencyKey, because the request may have succeeded.',
  },
  INTERNAL_SERVER_ERROR: {
    status: 500,
    message: 'Something unexpected went wrong.',
    advice: 'Try again; if it persists, report it with the time of the request.',
  },
} as const satisfies Record<string, RequestErrorEntry>;

/** The problems of input values: the codes of `extensions.issues`. */
export const issueCodes = {
  EXACTLY_ONE: 'Exactly one of several fields must be given.',
  CONFLICT: 'The value cannot be combined with another one of the same input.',
  DUPLICATE: 'The list names something twice.',
  INVALID_TYPE: 'The value has the wrong type.',
  INVALID_VALUE: 'The value is not one of the possible values.',
  INVALID_FORMAT: 'The text does not have the format that its field describes.',
  INVALID_TEXT: 'The text contains a NUL character or half of a surrogate pair.',
  INVALID_URL: 'The text is not an http or https URL.',
  INVALID_BASE64: 'The text is not Base64 (RFC 4648).',
  INVALID_FILE: 'The value is not a file of a multipart request.',
  INVALID_CURSOR: 'The text is not a cursor of this list, or not with these arguments.',
  INVALID_PAGES: 'The text does not describe ranges of pages.',
  OUT_OF_RANGE: 'The number or date is outside its limits.',
  TOO_SHORT: 'The text has too few characters.',
  TOO_LONG: 'The text has too many characters.',
  TOO_FEW_ITEMS: 'The list has too few items.',
  TOO_MANY_ITEMS: 'The list has too many items.',
  TOO_LARGE: 'The value has too many bytes, or too many values inside it.',
  TOO_DEEP: 'The JSON value is nested too deeply.',
  UNSUPPORTED: 'The value is not supported here.',
  NOT_SEARCHABLE: 'The query has no word to search for.',
  MISMATCH: 'The value is not the one that confirms the request.',
  NOT_FOUND: 'The id names nothing that exists, or nothing of yours.',
  ADDRESS_FORBIDDEN: 'The URL leads to an address or port that is not allowed.',
  UPLOAD_EXPIRED: 'The upload has expired.',
  DOCUMENT_EXPIRED: 'The document of the job is no longer stored.',
  UPLOAD_INCOMPLETE: 'The bytes of the upload have not arrived yet.',
} as const satisfies Record<string, string>;

export type IssueCode = keyof typeof issueCodes;

export function isIssueCode(code: unknown): code is IssueCode {
  return typeof code === 'string' && Object.hasOwn(issueCodes, code);
}

/** The header Retry-After, in seconds, for errors that a retry can resolve. */
const retryAfter: Partial<Record<RequestErrorCode, number>> = {
  OVERLOADED: 1,
  SERVICE_UNAVAILABLE: 5,
  UPLOAD_IN_PROGRESS: 5,
  RESTORE_IN_PROGRESS: 5,
};

/** Null if a retry does not help. */
export function retryAfterSeconds(code: RequestErrorCode): number | null {
  return retryAfter[code] ?? null;
}

export type RequestErrorCode = keyof typeof requestErrors;

export function isRequestErrorCode(code: string): code is RequestErrorCode {
  return Object.hasOwn(requestErrors, code);
}
