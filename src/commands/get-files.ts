import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '../client/client.ts';
import { reasonOf, ServerUnreachableError } from '../client/errors.ts';
import { splitFilename } from '../connections/filename.ts';
import { openNew } from './get-output.ts';
import { toStderr, toStdout } from './watch-view.ts';

/**
 * Writes the files embedded in a job's document and prints their paths, or reports that it has no such files. If a file
 * already exists, the new one gets a number.
 */
export async function writeAttachments(client: Client, jobId: string, directory: string): Promise<void> {
  const attachments = (await client.attachments(jobId)) ?? [];
  if (attachments.length === 0) toStderr(`${jobId} has no attachments`);
  for (const { name, omitted, download } of attachments) {
    const { stem, extension } = splitFilename(name);
    if (download === null) toStderr(`${name} was not stored: ${omitted}`);
    else toStdout(await writeFile(download.url, join(directory, stem ?? 'attachment'), extension));
  }
}

/**
 * Writes the page images of a job and prints their paths. If the job has none, prints how to get them and returns
 * false.
 */
export async function writeImages(client: Client, jobId: string, directory: string): Promise<boolean> {
  let hasImages = false;
  for await (const { number, thumbnailUrl, imageUrl, imageFailure } of client.pageImages(jobId)) {
    hasImages ||= (thumbnailUrl ?? imageUrl ?? imageFailure) !== null;
    if (imageFailure !== null) toStderr(`page ${number} has no image: ${imageFailure}`);
    const digits = String(number).padStart(4, '0');
    if (thumbnailUrl !== null) toStdout(await writeFile(thumbnailUrl, join(directory, `thumbnail-${digits}`)));
    if (imageUrl !== null) toStdout(await writeFile(imageUrl, join(directory, `page-${digits}`)));
  }
  if (!hasImages) toStderr(`${jobId} has no images: submit the document with --thumbnails or --page-images`);
  return hasImages;
}

const extensions: Record<string, string> = { 'image/jpeg': '.jpg', 'image/png': '.png', 'image/webp': '.webp' };

/** Downloads a URL into a new file, removed if incomplete. Without `extension`, the content type decides. */
async function writeFile(url: string, stem: string, extension?: string): Promise<string> {
  const response = await fetch(url).catch((error: unknown) => {
    throw new ServerUnreachableError(new URL(url).origin, reasonOf(error), { cause: error });
  });
  if (response.status !== 200 || response.body === null)
    throw new Error(`${new URL(url).pathname}: HTTP ${response.status}`);
  const ending = extension ?? extensions[response.headers.get('content-type') ?? ''] ?? '';
  for (let number = 1; ; number++) {
    const path = `${stem}${number === 1 ? '' : `-${number}`}${ending}`;
    const file = await openNew(path);
    if (file === null) continue;
    try {
      for await (const chunk of response.body) await file.writeFile(chunk);
      return path;
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    } finally {
      await file.close();
    }
  }
}
