import { encodeId } from '../../../ids.ts';
import type { Attachment as AttachmentShape } from '../../../pdf/model/document.ts';
import { attachmentType, isKept, omissionOf } from '../../downloads/attachment-file.ts';
import { signDownload } from '../../downloads/download.ts';
import { builder } from '../builder.ts';
import { Download } from '../download.ts';

const AttachmentOmission = builder.enumType('AttachmentOmission', {
  description: 'Why an attachment cannot be downloaded.',
  values: {
    TOO_LARGE: {
      description: 'The attachments of the document exceed 128 MiB, or the limit that the operator has set.',
    },
    UNREADABLE: { description: 'The attachment is damaged, or lies outside the document.' },
    NOT_STORED: { description: 'An earlier version processed the job and only listed attachments. Run the job again.' },
  } as const,
});

/** An attachment with the data that identifies its download. */
interface AttachmentOfJob extends AttachmentShape {
  jobId: string;
  index: number;
}

export const Attachment = builder.objectRef<AttachmentOfJob>('Attachment').implement({
  description: 'A file inside the document.',
  fields: (t) => ({
    name: t.exposeString('name', {
      description: 'The file name, without a path. Several attachments may have the same name.',
    }),
    description: t.exposeString('description', {
      nullable: true,
      description: 'The description, as recorded in the PDF.',
    }),
    contentType: t.string({
      description:
        'The media type, derived from the name. It is application/octet-stream unless the type is known to be harmless.',
      resolve: (attachment) => attachmentType(attachment),
    }),
    bytes: t.expose('bytes', {
      type: 'BigInt',
      nullable: true,
      description: 'Size in bytes; null if the attachment is UNREADABLE.',
    }),
    pageNumber: t.exposeInt('pageNumber', {
      nullable: true,
      description: 'The page that the file is pinned to, counting from 1; null if it belongs to the whole document.',
    }),
    omitted: t.field({
      type: AttachmentOmission,
      nullable: true,
      description: 'Why there is no `download`; null if there is one.',
      resolve: (attachment) => omissionOf(attachment),
    }),
    download: t.field({
      type: Download,
      nullable: true,
      description:
        'Where to download the file, unchanged. Trust it as far as you trust the author of the document. Null if `omitted` has a reason.',
      resolve(attachment, _, context) {
        if (!isKept(attachment)) return null;
        const { jobId, index, bytes } = attachment;
        const path = `${encodeId('job', jobId)}/attachments/${index}`;
        return signDownload(context, path, { contentType: attachmentType(attachment), bytes });
      },
    }),
  }),
});
