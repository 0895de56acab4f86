/**
 * The only files that an extraction writes, in its scratch folder. In a sandbox they exist in advance and nothing else
 * can be created, so that the size limit of a file also limits the use of the disk.
 */
export const scratchFiles = {
  /** The attachments of the document, concatenated. */
  attachments: 'attachments',
  /** The images of the current group of pages, concatenated. */
  images: 'images',
  /** A copy of the document that opens without a password. */
  unlocked: 'unlocked.pdf',
} as const;
