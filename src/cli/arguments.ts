import { InvalidArgumentError } from 'commander';
import type { FailureCode, ImageFormat, JobStatus, RequestedEngine } from '../client/generated/graphql.ts';
import { failureCodes, isFailureCode } from '../errors.ts';
import { longestKeyName } from '../tenants/keys.ts';
import type { Scope } from '../tenants/scopes.ts';

// Parsers of arguments and options of the command line. They throw `InvalidArgumentError`.

const engines: readonly RequestedEngine[] = ['AUTO', 'PDFIUM', 'PDFJS'];

export function engineOf(value: string): RequestedEngine {
  const engine = engines.find((each) => each === value.toUpperCase());
  if (engine === undefined) throw new InvalidArgumentError('Use auto, pdfium or pdfjs.');
  return engine;
}

const imageFormats: readonly ImageFormat[] = ['JPEG', 'PNG', 'WEBP'];

export function imageFormatOf(value: string): ImageFormat {
  const format = imageFormats.find((each) => each === value.toUpperCase());
  if (format === undefined) throw new InvalidArgumentError('Use jpeg, png or webp.');
  return format;
}

export function pixelsOf(value: string): number {
  if (!/^\d{1,5}$/.test(value)) throw new InvalidArgumentError('Use a number of pixels, such as 400.');
  return Number(value);
}

const statuses: readonly JobStatus[] = ['PENDING', 'RUNNING', 'RETRYING', 'COMPLETED', 'FAILED', 'CANCELLED'];

export function statusesOf(value: string): JobStatus[] {
  const asked = [...new Set(value.toUpperCase().split(','))];
  const known = statuses.filter((each) => asked.includes(each));
  if (known.length < asked.length)
    throw new InvalidArgumentError(`Use a list of ${statuses.join(', ').toLowerCase()}.`);
  return known;
}

export function countOf(value: string): number {
  if (!/^[1-9]\d{0,8}$/.test(value)) throw new InvalidArgumentError('Use a whole number from 1.');
  return Number(value);
}

export function secondsOf(value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw new InvalidArgumentError('Use a whole number of seconds, such as 3600.');
  return Number(value);
}

const scopes: readonly Scope[] = ['READ', 'WRITE', 'OPERATOR'];

export function scopesOf(value: string): Scope[] {
  const asked = [...new Set(value.toUpperCase().split(','))];
  const known = scopes.filter((each) => asked.includes(each));
  if (known.length < asked.length)
    throw new InvalidArgumentError('Use a list of read, write and operator, such as read,write.');
  return known;
}

/** A limit, or `none` or `default` to remove it. Not null, which commander would replace with an empty text. */
export function limitOf(value: string): number | 'none' {
  if (value === 'default' || value === 'none') return 'none';
  if (!/^\d{1,15}$/.test(value)) throw new InvalidArgumentError('Use a whole number, or "none".');
  return Number(value);
}

export function keyNameOf(value: string): string {
  if (value.length > longestKeyName)
    throw new InvalidArgumentError(`It may have at most ${longestKeyName} characters.`);
  return value;
}

export function dateOf(value: string): Date {
  const date = new Date(value);
  // PostgreSQL and RFC 3339 have no common form for later years.
  if (Number.isNaN(date.getTime()) || date.getUTCFullYear() > 9_999)
    throw new InvalidArgumentError('Use a date such as 2027-01-31.');
  return date;
}

export function failureCodesOf(value: string): FailureCode[] {
  return [...new Set(value.toUpperCase().split(','))].map((code) => {
    if (!isFailureCode(code)) throw new InvalidArgumentError(`Use a list of ${failureCodes.join(', ')}.`);
    return code;
  });
}

export function priorityOf(value: string): number {
  if (!/^\d$/.test(value)) throw new InvalidArgumentError('Use a number from 0 to 9.');
  return Number(value);
}

/** The count that a dry run printed. */
export function confirmationOf(value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw new InvalidArgumentError('Use the count that a run without --confirm printed.');
  return Number(value);
}
