import type { RequestErrorCode } from './request-errors.ts';

/** The limits that refuse requests, as metrics name them. docs/operating.md describes them. */
export const limitNames = [
  'answer_bytes',
  'body_bytes',
  'body_bytes_in_flight',
  'body_time',
  'bytes_stored',
  'connections_per_address',
  'database_conflicts',
  'database_connections',
  'failed_attempts',
  'heavy_operations',
  'jobs_waiting',
  'large_answers',
  'operation_time',
  'pages_per_month',
  'pipelined_requests',
  'query_cost',
  'query_size',
  'quota_changes',
  'requests_per_minute',
  'socket_operations',
  'subscription_bytes',
] as const;

export type LimitName = (typeof limitNames)[number];

/** The limit behind an error that names no other one. */
const usualLimits: Partial<Record<RequestErrorCode, LimitName>> = {
  DEADLINE_EXCEEDED: 'operation_time',
  OVERLOADED: 'database_connections',
  PAYLOAD_TOO_LARGE: 'body_bytes',
  QUERY_TOO_EXPENSIVE: 'query_cost',
  QUERY_TOO_LARGE: 'query_size',
  RATE_LIMITED: 'requests_per_minute',
  REQUEST_TIMEOUT: 'body_time',
  RESULT_TOO_LARGE: 'answer_bytes',
};

/** Returns the limit that a code usually stands for; null if the code is no refusal by a limit. */
export function usualLimitOf(code: RequestErrorCode): LimitName | null {
  return usualLimits[code] ?? null;
}
