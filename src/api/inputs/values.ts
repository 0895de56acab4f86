import { z } from 'zod';
import { type InputIssue, RequestError } from '../../errors.ts';
import { type IssueCode, isIssueCode } from '../../request-errors.ts';

// Building blocks of inputs, and the functions that parse them.

/** Whether PostgreSQL can store a text: it refuses NUL and half a surrogate pair. */
export function storable(value: string): boolean {
  return !value.includes('\0') && value.isWellFormed();
}

/** Options of a zod refinement whose issue has a code of the catalogue. */
export function refusal(code: IssueCode, message: string) {
  return { error: message, params: { code } };
}

const illFormed = refusal('INVALID_TEXT', 'must be well-formed text without NUL characters');

export const shortText = (max: number) => z.string().max(max).refine(storable, illFormed);

function isHttpUrl(value: string): boolean {
  return URL.canParse(value) && ['http:', 'https:'].includes(new URL(value).protocol);
}

export const httpUrl = z
  .string()
  .max(4_096)
  .refine(storable, illFormed)
  .refine(isHttpUrl, refusal('INVALID_URL', 'must be an http or https URL'));

/** A check for a changed limit: null resets it, undefined keeps it. Takes the numbers of an Int and of a BigInt. */
export function changed(check: z.ZodNumber) {
  return z.union([z.number(), z.bigint()]).transform(Number).pipe(check).nullish();
}

/** Throws BAD_USER_INPUT if no value of an update is given. Null resets a value, and undefined keeps it. */
export function checkChanges(values: unknown[]): void {
  if (values.some((value) => value !== undefined)) return;
  const message = 'changes nothing: give a name or a limit';
  throw new RequestError('BAD_USER_INPUT', { issues: [{ path: ['input'], code: 'INVALID_VALUE', message }] });
}

/** Times that both JavaScript and PostgreSQL can represent. */
export const storableDate = z.date().min(new Date('0001-01-01T00:00:00Z')).max(new Date('9999-12-31T23:59:59.999Z'));

/** Maximum issues of one error: a batch may have tens of thousands. */
export const maxIssues = 100;

/**
 * Parses a value. Throws its issues with paths that begin with the name of the argument, or null if the value contains
 * all of them.
 */
export function parse<T>(schema: z.ZodType<T>, value: unknown, argument: string | null = 'input'): T {
  const result = schema.safeParse(value, { error: messageOf });
  if (result.success) return result.data;
  throw new RequestError('BAD_USER_INPUT', { issues: issuesOf(result.error, argument === null ? [] : [argument]) });
}

/** Returns the first issues that zod found. `path` leads to the parsed value. */
export function issuesOf({ issues }: z.ZodError, path: InputIssue['path']): InputIssue[] {
  return issues.slice(0, maxIssues).map((issue) => ({
    path: [...path, ...issue.path.map((each) => (typeof each === 'symbol' ? String(each) : each))],
    code: codeOf(issue),
    message: issue.message,
  }));
}

/** Returns the message of an issue whose check has none. */
export function messageOf(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'too_small':
      return `must ${limitOf(issue.origin, 'at least', issue.minimum)}`;
    case 'too_big':
      return `must ${limitOf(issue.origin, 'at most', issue.maximum)}`;
    case 'invalid_type':
      return issue.expected === 'int' ? 'must be a whole number' : `must be of type ${issue.expected}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`;
    default:
      return undefined;
  }
}

function limitOf(origin: string, side: string, limit: number | bigint): string {
  if (origin === 'string') return `have ${side} ${limit} characters`;
  if (origin === 'array') return `have ${side} ${limit} items`;
  if (origin === 'date') return `be ${side} ${new Date(Number(limit)).toISOString()}`;
  return `be ${side} ${limit}`;
}

function codeOf(issue: z.core.$ZodIssue): IssueCode {
  switch (issue.code) {
    case 'custom':
      return isIssueCode(issue.params?.code) ? issue.params.code : 'INVALID_VALUE';
    case 'too_small':
      return limitCode(issue.origin, 'TOO_SHORT', 'TOO_FEW_ITEMS');
    case 'too_big':
      return limitCode(issue.origin, 'TOO_LONG', 'TOO_MANY_ITEMS');
    case 'invalid_type':
      return 'INVALID_TYPE';
    case 'invalid_format':
      return 'INVALID_FORMAT';
    default:
      return 'INVALID_VALUE';
  }
}

function limitCode(origin: string, ofText: IssueCode, ofList: IssueCode): IssueCode {
  if (origin === 'string') return ofText;
  return origin === 'array' || origin === 'set' ? ofList : 'OUT_OF_RANGE';
}
