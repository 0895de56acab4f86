import type { IncomingHttpHeaders } from 'node:http';

/** The obsolete asctime format, which has no time zone and means GMT. */
const asctime = /^[a-z]{3} [a-z]{3} [ \d]\d \d\d:\d\d:\d\d \d{4}$/i;
/** The current format, and the obsolete one with a long day name and a short year. */
const httpDate = /^[a-z]{3,9}, .*GMT$/i;

/** Maximum delay, in seconds: a hundred years. The header may have any number of digits; callers apply lower limits. */
const maxSeconds = 100 * 365 * 24 * 60 * 60;

/**
 * The delay that a response requests, in milliseconds; null if none. A time is compared with the response's own `Date`
 * if there is one, because the clocks of two machines may differ.
 */
export function retryAfterMs(headers: IncomingHttpHeaders): number | null {
  const value = headers['retry-after']?.trim() ?? '';
  if (/^\d+$/.test(value)) return Math.min(Number(value), maxSeconds) * 1000;
  const until = parseHttpDate(value);
  if (until === null) return null;
  return Math.max(0, until - (parseHttpDate(headers.date ?? '') ?? Date.now()));
}

function parseHttpDate(text: string): number | null {
  const time = asctime.test(text) ? Date.parse(`${text} GMT`) : httpDate.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? null : time;
}
