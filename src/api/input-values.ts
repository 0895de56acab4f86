import { z } from 'zod';
import { type InputIssue, RequestError } from '../errors.ts';

// What inputs are made of, and how they are read.

/** PostgreSQL stores neither NUL nor half a surrogate pair. */
export function storable(value: string): boolean {
  return !value.includes('\0') && value.isWellFormed();
}

export const shortText = (most: number) =>
  z.string().max(most).refine(storable, 'must be well-formed text without NUL characters');

export const httpUrl = z
  .string()
  .max(4_096)
  .refine(storable, 'must be well-formed text without NUL characters')
  .refine(
    (value) => URL.canParse(value) && ['http:', 'https:'].includes(new URL(value).protocol),
    'must be an http or https URL',
  );

/** What both JavaScript and PostgreSQL can write down. */
export const storableDate = z.date().min(new Date('0001-01-01T00:00:00Z')).max(new Date('9999-12-31T23:59:59.999Z'));

/** Every bad value with the path of the argument it is in (null where the value is all of them), or the value. */
export function parse<T>(schema: z.ZodType<T>, value: unknown, argument: string | null = 'input'): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues: InputIssue[] = result.error.issues.map((issue) => ({
    path: [
      ...(argument === null ? [] : [argument]),
      ...issue.path.map((each) => (typeof each === 'symbol' ? String(each) : each)),
    ],
    code: issue.code.toUpperCase(),
    message: issue.message,
  }));
  throw new RequestError('BAD_USER_INPUT', { issues });
}
