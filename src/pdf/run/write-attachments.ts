import { join } from 'node:path';
import { PartsFile } from '../file/parts-file.ts';
import type { Attachment } from '../model/document.ts';
import type { EmbeddedFile } from '../model/embedded-file.ts';
import { scratchFiles } from '../model/scratch-files.ts';

/** Writes as many files as fit into one file in the folder. The path is null if nothing was written. */
export async function writeAttachments(
  files: EmbeddedFile[],
  folder: string,
  maxBytes: number,
): Promise<{ attachments: Attachment[]; path: string | null }> {
  const attachments: Attachment[] = [];
  await using parts = new PartsFile(join(folder, scratchFiles.attachments));
  for (const { content, ...about } of files) {
    const { bytes } = about;
    if (bytes === null) {
      attachments.push({ ...about, offset: null, omitted: 'UNREADABLE' });
    } else if (content === null || parts.length + bytes > maxBytes) {
      attachments.push({ ...about, offset: null, omitted: 'TOO_LARGE' });
    } else {
      attachments.push({ ...about, ...(await parts.add(content)), omitted: null });
    }
  }
  return { attachments, path: parts.path };
}
