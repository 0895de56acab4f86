import { type Download as DownloadShape, files } from '../downloads/download.ts';
import { builder } from './builder.ts';

export const ResultFormat = builder.enumType('ResultFormat', {
  description: 'The file format of a download. docs/downloads.md has an example of each.',
  values: {
    TEXT: { description: `The text of all pages, like \`JobResult.text\` (${files.TEXT.contentType}).` },
    MARKDOWN: {
      description: `The Markdown of all pages, like \`JobResult.markdown\` (${files.MARKDOWN.contentType}).`,
    },
    JSON: { description: 'One JSON document with metadata, outline and all pages.' },
    NDJSON: {
      description: 'JSON lines, one for each page. In a batch, a line for each job precedes those of its pages.',
    },
    ZIP: {
      description:
        'An archive with Markdown, text, JSON, attachments and page images. Of a batch: a Markdown file for each COMPLETED job, and batch.ndjson.',
    },
  } as const,
});

export const Download = builder.objectRef<DownloadShape>('Download').implement({
  description: 'Where to download a file. The file is produced while it is sent, from the data at that time.',
  fields: (t) => ({
    url: t.exposeString('url', {
      description: 'An absolute, signed URL. Anyone who has it can GET the file without a key until `expiresAt`.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: 'When the URL expires, after an hour. A download that has begun continues.',
    }),
    contentType: t.exposeString('contentType', { description: 'The media type.' }),
    bytes: t.expose('bytes', {
      type: 'BigInt',
      nullable: true,
      description: 'Size in bytes; null if not known in advance.',
    }),
  }),
});
