import { z } from 'zod';
import type { IssueCode } from '../../request-errors.ts';
import { refusal, storable } from './values.ts';

const maxBytes = 16 * 1024;
/** Far below the depth that overflows the stack of recursive code, here or in a client. */
const maxDepth = 100;

type Issue = [code: IssueCode, message: string];

/** Returns why a value would not come back unchanged; null if it would. */
function problemOf(value: unknown, depth = 0): Issue | null {
  switch (typeof value) {
    case 'string':
      return storable(value) ? null : ['INVALID_TEXT', 'must be well-formed text without NUL characters'];
    case 'number':
      // Beyond it, JavaScript cannot distinguish neighbouring integers, here and in most clients.
      if (Number.isFinite(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER) return null;
      return ['OUT_OF_RANGE', `numbers must not exceed ${Number.MAX_SAFE_INTEGER}; send larger ones as strings`];
    case 'boolean':
      return null;
    case 'object':
      if (value === null) return null;
      if (depth === maxDepth) return ['TOO_DEEP', `must not be nested more than ${maxDepth} levels deep`];
      return problemInside(value, depth + 1);
    default:
      // A literal in the query: the name of an enum value, or a variable without a value.
      return ['INVALID_VALUE', 'must be JSON: objects, lists, strings, numbers, booleans and null'];
  }
}

function problemInside(value: object, depth: number): Issue | null {
  for (const [key, each] of Object.entries(value)) {
    const problem = problemOf(key) ?? problemOf(each, depth);
    if (problem !== null) return problem;
  }
  return null;
}

/** Results of earlier checks: one variable may be the metadata of many jobs. */
const checked = new WeakMap<object, { problem: Issue | null }>();

function check(value: Record<string, unknown>): Issue | null {
  const known = checked.get(value);
  if (known !== undefined) return known.problem;
  const tooLarge: Issue = ['TOO_LARGE', `must not exceed ${maxBytes} bytes of JSON`];
  const problem = problemOf(value) ?? (Buffer.byteLength(JSON.stringify(value)) > maxBytes ? tooLarge : null);
  checked.set(value, { problem });
  return problem;
}

/** The metadata of a client, unchanged: copying it key by key would lose a key such as `__proto__`. */
export const metadata = z
  .custom<Record<string, unknown>>((value) => typeof value === 'object' && value !== null && !Array.isArray(value))
  .superRefine((value, context) => {
    const found = check(value);
    if (found === null) return;
    const { error: message, params } = refusal(...found);
    context.addIssue({ code: 'custom', message, params });
  });
