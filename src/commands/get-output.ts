import { constants } from 'node:fs';
import { access, type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '../client/client.ts';
import type { PageFragment } from '../client/generated/graphql.ts';
import { fileStem } from '../connections/filename.ts';
import { UsageError } from './usage-error.ts';

/** Creates the directory named by an option such as `--out`, if necessary. */
export async function prepareDirectory(directory: string, option: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
    await access(directory, constants.W_OK);
  } catch (error) {
    throw new UsageError([
      `${option} ${directory} cannot be written to: ${error instanceof Error ? error.message : error}`,
    ]);
  }
}

/**
 * Writes NAME.md and NAME.txt (page texts separated by form feeds) page by page, so that documents may have any length.
 */
export async function writeResult(
  client: Client,
  jobId: string,
  target: { directory: string; name: string },
  signal?: AbortSignal,
): Promise<string[]> {
  const files = await openResult(target.directory, target.name);
  try {
    for await (const page of client.pages(jobId, { signal })) await files.write(page);
    await files.close();
    return files.paths;
  } catch (error) {
    await files.discard();
    throw error;
  }
}

/** The files of one result; pages are appended in order. */
export interface ResultFiles {
  paths: string[];
  write(page: Texts): Promise<void>;
  close(): Promise<void>;
  /** Closes and removes them. */
  discard(): Promise<void>;
}

/** Opens new files. If files of that name exist, the new ones get a number. */
export async function openResult(directory: string, name: string): Promise<ResultFiles> {
  const { markdown, text, paths } = await claimFiles(directory, fileStem(name) ?? 'document');
  let isFirst = true;
  async function close(): Promise<void> {
    await markdown.close();
    await text.close();
  }
  return {
    paths,
    async write(page) {
      await markdown.write(markdownOf(page, isFirst));
      await text.write(textOf(page, isFirst));
      isFirst = false;
    },
    close,
    async discard() {
      await close();
      for (const path of paths) await rm(path, { force: true });
    },
  };
}

type Texts = Pick<PageFragment, 'text' | 'markdown'>;

/** A page within the text of a whole document. `JobResult.text` uses it, too. */
export function textOf({ text }: Pick<Texts, 'text'>, isFirst: boolean): string {
  return `${isFirst ? '' : '\f'}${text}`;
}

/** A page within the Markdown of a whole document. */
export function markdownOf({ markdown }: Pick<Texts, 'markdown'>, isFirst: boolean): string {
  return `${isFirst ? '' : '\n'}${markdown.trimEnd()}\n`;
}

/** Opens both files under a name that neither has yet; concurrent processes get different names. */
async function claimFiles(directory: string, name: string) {
  for (let number = 1; ; number++) {
    const stem = join(directory, number === 1 ? name : `${name}-${number}`);
    const paths = [`${stem}.md`, `${stem}.txt`];
    const markdown = await openNew(`${stem}.md`);
    if (markdown === null) continue;
    const text = await openNew(`${stem}.txt`);
    if (text !== null) return { markdown, text, paths };
    await markdown.close();
    await rm(`${stem}.md`);
  }
}

/** Creates a file; null if it exists. */
export async function openNew(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'wx');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return null;
    throw error;
  }
}
