import { encodeId } from '../../ids.ts';
import type { Attachment } from '../../pdf/model/document.ts';
import { attachmentType, isKept, omissionOf } from '../downloads/attachment-file.ts';
import { signDownload } from '../downloads/download.ts';
import { builder } from './builder.ts';
import { Download } from './download.ts';

const AttachmentOmission = builder.enumType('AttachmentOmission', {
  description: 'Why the bytes of an attachment are not kept.',
  values: {
    TOO_LARGE: {
      description:
        'The attachments of a document are kept as long as they fit in 128 MiB, or what the operator allows.',
    },
    UNREADABLE: { description: 'It is damaged, or not in the document but elsewhere.' },
    NOT_STORED: { description: 'The job was done by a version that only listed attachments. Run it again.' },
  } as const,
});

/** An attachment, and what its download is found by. */
interface AttachmentOfJob extends Attachment {
  jobId: string;
  index: number;
}

export const AttachmentType = builder.objectRef<AttachmentOfJob>('Attachment').implement({
  description: 'A file inside the document.',
  fields: (t) => ({
    name: t.exposeString('name', {
      description: 'Its name, without what is no part of a name, such as a path. Several may have the same.',
    }),
    description: t.exposeString('description', { nullable: true, description: 'What the document says about it.' }),
    contentType: t.string({
      description: 'Its media type, by its name: application/octet-stream but for some that are harmless.',
      resolve: (attachment) => attachmentType(attachment),
    }),
    bytes: t.exposeInt('bytes', { nullable: true, description: 'Its size; null if it is UNREADABLE.' }),
    pageNumber: t.exposeInt('pageNumber', {
      nullable: true,
      description:
        'The page that it is pinned to as an annotation (1-based); null if it belongs to the whole document.',
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
        'Its bytes, as they are in the document. They are as trustworthy as whoever made it. Null if `omitted` tells why.',
      resolve(attachment, _, context) {
        if (!isKept(attachment)) return null;
        const { jobId, index, bytes } = attachment;
        const path = `${encodeId('job', jobId)}/attachments/${index}`;
        return signDownload(context, path, { contentType: attachmentType(attachment), bytes });
      },
    }),
  }),
});
