import { constants, createReadStream, openAsBlob } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { UploadBody } from '../client/upload.ts';
import { printable } from './printable.ts';
import type { Found } from './submit-find.ts';
import { UsageError } from './usage-error.ts';
import type { Item } from './watch-view.ts';

/** A document on the command line. */
export interface SubmitSource extends Item {
  /** Its name, with the directories below the given one; null for standard input. */
  filename: string | null;
  /** The URL that the server downloads; null for uploads. */
  url: string | null;
  /** Its size; null if unknown. */
  bytes: number | null;
  /** Opens it for streaming. */
  open(): Promise<UploadBody>;
}

/** Checks all arguments before anything is sent, so that a typo has no effect. */
export async function readSources(found: Found[]): Promise<SubmitSource[]> {
  const problems: string[] = [];
  if (found.filter(({ argument }) => argument === '-').length > 1)
    problems.push('- (standard input) can be given only once');
  const sources: SubmitSource[] = [];
  for (const { argument, below } of found) {
    if (argument === '-') sources.push(standardInput());
    else if (/^https?:\/\//i.test(argument)) sources.push(webSource(argument, problems));
    else sources.push(await fileSource(argument, below ?? basename(argument), problems));
  }
  if (problems.length > 0) throw new UsageError(problems);
  return sources;
}

function standardInput(): SubmitSource {
  return {
    argument: '-',
    label: 'standard input',
    filename: null,
    url: null,
    bytes: null,
    open: async () => process.stdin,
  };
}

function webSource(argument: string, problems: string[]): SubmitSource {
  if (!URL.canParse(argument)) problems.push(`${argument}: is not a valid URL`);
  const path = URL.canParse(argument) ? new URL(argument).pathname : '';
  return {
    argument,
    label: printable(argument),
    filename: basename(path) || null,
    url: argument,
    bytes: null,
    open: () => Promise.reject(new Error('the server downloads it')),
  };
}

async function fileSource(path: string, filename: string, problems: string[]): Promise<SubmitSource> {
  const source = { argument: path, label: printable(filename), filename, url: null, bytes: null };
  try {
    const found = await stat(path);
    if (found.isDirectory()) problems.push(`${path}: is a directory (--batch sends the documents in it)`);
    await access(path, constants.R_OK);
    // A pipe, such as that of `<(command)`, can be read only once.
    const open = found.isFile() ? () => openAsBlob(path) : async () => createReadStream(path);
    return { ...source, bytes: found.isFile() ? found.size : null, open };
  } catch (error) {
    problems.push(`${path}: ${reasons[codeOf(error)] ?? String(error)}`);
    return { ...source, open: () => Promise.reject(error) };
  }
}

const reasons: Record<string, string> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EACCES: 'cannot be read (permission denied)',
  EPERM: 'cannot be read (permission denied)',
};

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
