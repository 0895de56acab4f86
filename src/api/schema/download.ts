import { type Download as DownloadShape, files } from '../downloads/download.ts';
import { builder } from './builder.ts';

export const ResultFormat = builder.enumType('ResultFormat', {
  description: 'What a result or a batch is downloaded as. docs/downloads.md has an example of each.',
  values: {
    TEXT: { description: `The text of all pages, as in \`JobResult.text\` (${files.TEXT.contentType}).` },
    MARKDOWN: {
      description: `The Markdown of all pages, as in \`JobResult.markdown\` (${files.MARKDOWN.contentType}).`,
    },
    JSON: { description: 'One JSON document: metadata, outline and all pages.' },
    NDJSON: { description: 'JSON lines: a page each; of a batch, a line for each job before those of its pages.' },
    ZIP: {
      description:
        'An archive with the Markdown, the text, the JSON, the attachments and the images of pages; of a batch, a Markdown file for each COMPLETED job, and batch.ndjson.',
    },
  } as const,
});

export const Download = builder.objectRef<DownloadShape>('Download').implement({
  description: 'Where to download a file. A result is made while it is sent, from what is there when it is fetched.',
  fields: (t) => ({
    url: t.exposeString('url', {
      description: 'Absolute and signed: whoever has it can GET the file, without a key, until `expiresAt`.',
    }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'Until when a download may begin: an hour.' }),
    contentType: t.exposeString('contentType', { description: 'Its media type.' }),
    bytes: t.expose('bytes', {
      type: 'BigInt',
      nullable: true,
      description: 'Its size; null where that is not known beforehand.',
    }),
  }),
});
