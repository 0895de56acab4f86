import { InvalidArgumentError } from 'commander';
import type { ImageFormat, JobStatus, RequestedEngine } from '../client/generated/graphql.ts';
import type { Scope } from '../tenants/scopes.ts';

// Parsers of arguments and options of the command line. They throw `InvalidArgumentError`.

const engines: readonly RequestedEngine[] = ['AUTO', 'PDFIUM', 'PDFJS'];

export function engineOf(value: string): RequestedEngine {
  const engine = engines.find((each) => each === value.toUpperCase());
  if (engine === undefined) throw new InvalidArgumentError('It is one of auto, pdfium and pdfjs.');
  return engine;
}

const imageFormats: readonly ImageFormat[] = ['JPEG', 'PNG', 'WEBP'];

export function imageFormatOf(value: string): ImageFormat {
  const format = imageFormats.find((each) => each === value.toUpperCase());
  if (format === undefined) throw new InvalidArgumentError('It is one of jpeg, png and webp.');
  return format;
}

export function pixelsOf(value: string): number {
  if (!/^\d{1,5}$/.test(value)) throw new InvalidArgumentError('It is a number of pixels.');
  return Number(value);
}

const statuses: readonly JobStatus[] = ['PENDING', 'RUNNING', 'RETRYING', 'COMPLETED', 'FAILED', 'CANCELLED'];

export function statusesOf(value: string): JobStatus[] {
  const asked = [...new Set(value.toUpperCase().split(','))];
  const known = statuses.filter((each) => asked.includes(each));
  if (known.length < asked.length) throw new InvalidArgumentError(`They are of ${statuses.join(', ').toLowerCase()}.`);
  return known;
}

export function countOf(value: string): number {
  if (!/^[1-9]\d{0,8}$/.test(value)) throw new InvalidArgumentError('It is a whole number from 1.');
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

export function dateOf(value: string): Date {
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) throw new InvalidArgumentError('Use a date such as 2027-01-31.');
  return date;
}
