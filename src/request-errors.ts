/** The catalogue of request errors, the other half of `errors.ts`. */

interface RequestErrorEntry {
  readonly status: number;
  readonly message: string;
  readonly advice: string;
}

/** Why a request can fail. `status` is the HTTP status of plain HTTP endpoints; GraphQL answers 200 as its HTTP spec says. */
export const requestErrors = {
  BAD_USER_INPUT: {
    status: 400,
    message: 'The input is not valid.',
    advice: 'Mend what extensions.issues names; each has the path of the bad value.',
  },
  NOT_FOUND: {
    status: 404,
    message: 'There is no such thing, or it is not yours.',
    advice: 'Check the id; deleted things are gone for good.',
  },
  UPLOAD_INCOMPLETE: {
    status: 409,
    message: 'The bytes of this upload have not arrived yet.',
    advice: 'PUT the file to upload.url, wait for its answer, then call createJob.',
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
  UPLOAD_URL_INVALID: {
    status: 403,
    message: 'The signature of this URL is not valid, or it has expired.',
    advice: 'Use the URL exactly as it was handed out, or ask for a new one.',
  },
  DOWNLOAD_URL_INVALID: {
    status: 403,
    message: 'The signature of this URL is not valid, or it has expired.',
    advice: 'Use the URL exactly as it was handed out, or ask for a new one.',
  },
  UPLOAD_MISMATCH: {
    status: 422,
    message: 'The bytes are not the ones that createUpload announced.',
    advice: 'Send exactly the announced number of bytes with the announced SHA-256.',
  },
  UPLOAD_PARTIAL: {
    status: 400,
    message: 'The request carries only a part of the document.',
    advice: 'Send the whole document in one PUT, without Content-Range.',
  },
  UNSUPPORTED_ENCODING: {
    status: 415,
    message: 'The body is compressed or wrapped, and is not unpacked here.',
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
    advice: 'A job that has ended is not cancelled; a completed one is not run again.',
  },
  BATCH_FINAL: {
    status: 409,
    message: 'The batch has already ended.',
    advice: 'A batch that has ended is not cancelled; retryBatch runs its failed jobs again.',
  },
  JOB_NOT_FINAL: {
    status: 409,
    message: 'The job has not ended yet.',
    advice: 'Cancel the job or wait for its end, then call again.',
  },
  RESULT_TOO_LARGE: {
    status: 413,
    message: 'The text is too large for one GraphQL answer.',
    advice: 'Ask for its `download`, or read it page by page with `pages`.',
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
      'Ask for smaller pages with `first`, fewer nested lists, or fewer fields; extensions.cost and limit say how far it is.',
  },
  OVERLOADED: {
    status: 503,
    message: 'The server has too much to do right now.',
    advice: 'Try again after the seconds in Retry-After, or in a few seconds.',
  },
  DEADLINE_EXCEEDED: {
    status: 503,
    message: 'The operation took longer than it may.',
    advice: 'Ask for less in one operation: smaller pages, fewer fields, a narrower filter.',
  },
  SERVICE_UNAVAILABLE: {
    status: 503,
    message: 'The database cannot be reached right now.',
    advice: 'Try again in a few seconds, createJob with the same idempotencyKey: it may or may not have been done.',
  },
  INTERNAL_SERVER_ERROR: {
    status: 500,
    message: 'Something unexpected went wrong.',
    advice: 'Try again; if it goes on, report it with the time of the request.',
  },
} as const satisfies Record<string, RequestErrorEntry>;

export type RequestErrorCode = keyof typeof requestErrors;

export function isRequestErrorCode(code: string): code is RequestErrorCode {
  return Object.hasOwn(requestErrors, code);
}
