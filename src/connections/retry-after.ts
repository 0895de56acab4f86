import type { IncomingHttpHeaders } from 'node:http';

/** The obsolete form of C's asctime, which names no time zone and means GMT. */
const asctime = /^[a-z]{3} [a-z]{3} [ \d]\d \d\d:\d\d:\d\d \d{4}$/i;
/** The form of today, and the obsolete one with a long day and a short year. */
const httpDate = /^[a-z]{3,9}, .*GMT$/i;

/** A hundred years. The number may have any number of digits; who honours it has a lower bound of his own. */
const mostSeconds = 100 * 365 * 24 * 60 * 60;

/**
 * How long an answer asks to wait, in milliseconds; null if it does not say so. A time is compared with the answer's own `Date`
 * where it has one: the clocks of two machines may differ.
 */
export function retryAfterMs(headers: IncomingHttpHeaders): number | null {
  const value = headers['retry-after']?.trim() ?? '';
  if (/^\d+$/.test(value)) return Math.min(Number(value), mostSeconds) * 1000;
  const until = parseHttpDate(value);
  if (until === null) return null;
  return Math.max(0, until - (parseHttpDate(headers.date ?? '') ?? Date.now()));
}

function parseHttpDate(text: string): number | null {
  const time = asctime.test(text) ? Date.parse(`${text} GMT`) : httpDate.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? null : time;
}
