import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExtractionRequest, GroupEvent } from '../../src/pdf/model/extraction.ts';
import { group } from '../jobs/extractors.ts';

/**
 * Writes a page's images to the scratch folder, as an extractor does. The thumbnail is all of `content` but one byte.
 */
export async function drawn(number: number, { scratch }: ExtractionRequest, content: string): Promise<GroupEvent> {
  await mkdir(scratch, { recursive: true });
  const file = join(scratch, `images-${number}`);
  await writeFile(file, content);
  const thumbnail = { offset: 1, bytes: content.length - 1, width: 1, height: 1 };
  const pages = [{ format: 'JPEG' as const, thumbnail, image: null, failure: null }];
  return { ...group(number, number), images: { file, pages } };
}
