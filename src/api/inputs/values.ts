import { z } from 'zod';
import { type InputIssue, RequestError } from '../../errors.ts';
import { type IssueCode, isIssueCode } from '../../request-errors.ts';

// The building blocks of inputs, and how they are parsed.

/** PostgreSQL stores neither NUL nor half a surrogate pair. */
export function storable(value: string): boolean {
  return !value.includes('\0') && value.isWellFormed();
}

/** Options of a zod refinement whose issue has a code of the catalogue. */
export function refusal(code: IssueCode, message: string) {
  return { error: message, params: { code } };
}

const illFormed = refusal('INVALID_TEXT', 'must be well-formed text without NUL characters');

export const shortText = (most: number) => z.string().max(most).refine(storable, illFormed);

function isHttpUrl(value: string): boolean {
  return URL.canParse(value) && ['http:', 'https:'].includes(new URL(value).protocol);
}

export const httpUrl = z
  .string()
  .max(4_096)
  .refine(storable, illFormed)
  .refine(isHttpUrl, refusal('INVALID_URL', 'must be an http or https URL'));

/** Times that both JavaScript and PostgreSQL can represent. */
export const storableDate = z.date().min(new Date('0001-01-01T00:00:00Z')).max(new Date('9999-12-31T23:59:59.999Z'));

/** Issues of one error: more of them help nobody, and a batch may have tens of thousands. */
export const maxIssues = 100;

/** Parses a value, or throws with its bad values and the path of the argument each is in (null where the value is all of them). */
export function parse<T>(schema: z.ZodType<T>, value: unknown, argument: string | null = 'input'): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new RequestError('BAD_USER_INPUT', { issues: issuesOf(result.error, argument === null ? [] : [argument]) });
}

/** The first issues that zod found. `path` leads to the value that was parsed. */
export function issuesOf({ issues }: z.ZodError, path: InputIssue['path']): InputIssue[] {
  return issues.slice(0, maxIssues).map((issue) => ({
    path: [...path, ...issue.path.map((each) => (typeof each === 'symbol' ? String(each) : each))],
    code: codeOf(issue),
    message: issue.message,
  }));
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
