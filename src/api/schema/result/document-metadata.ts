import type { DocumentMetadata as DocumentMetadataShape, Permissions as Rights } from '../../../pdf/model/document.ts';
import { builder } from '../builder.ts';

const Permissions = builder.objectRef<Rights>('Permissions').implement({
  description: 'What an encrypted document allows readers to do who open it without the owner password.',
  fields: (t) => ({
    print: t.exposeBoolean('print', { description: 'Whether printing is allowed.' }),
    printHighQuality: t.exposeBoolean('printHighQuality', {
      description: 'Whether printing in full quality is allowed.',
    }),
    modify: t.exposeBoolean('modify', { description: 'Whether changing the document is allowed.' }),
    copy: t.exposeBoolean('copy', { description: 'Whether copying text and pictures is allowed.' }),
    annotate: t.exposeBoolean('annotate', { description: 'Whether adding comments is allowed.' }),
    fillForms: t.exposeBoolean('fillForms', { description: 'Whether filling in forms is allowed.' }),
    assemble: t.exposeBoolean('assemble', {
      description: 'Whether inserting, rotating and deleting pages is allowed.',
    }),
  }),
});

export const DocumentMetadata = builder.objectRef<DocumentMetadataShape>('DocumentMetadata').implement({
  description: 'Metadata of the document. Its author wrote it, so it may be wrong.',
  fields: (t) => ({
    title: t.exposeString('title', { nullable: true, description: 'The title.' }),
    author: t.exposeString('author', { nullable: true, description: 'The author.' }),
    subject: t.exposeString('subject', { nullable: true, description: 'The subject.' }),
    keywords: t.exposeString('keywords', { nullable: true, description: 'The keywords, in one text.' }),
    creator: t.exposeString('creator', {
      nullable: true,
      description: 'The program that the document was written with.',
    }),
    producer: t.exposeString('producer', { nullable: true, description: 'The program that produced the PDF.' }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the document was created; null if absent or not a date.',
    }),
    modifiedAt: t.expose('modifiedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the document was last changed; null if absent or not a date.',
    }),
    pdfVersion: t.exposeString('pdfVersion', { nullable: true, description: 'The version of PDF, such as "1.7".' }),
    tagged: t.exposeBoolean('tagged', { description: 'Whether the document has a logical structure (tagged PDF).' }),
    encrypted: t.exposeBoolean('encrypted', {
      description: 'Whether the document is encrypted, even if it opens without a password.',
    }),
    permissions: t.expose('permissions', {
      type: Permissions,
      nullable: true,
      description: 'What the document allows readers to do; null if it restricts nothing.',
    }),
    language: t.exposeString('language', {
      nullable: true,
      description: 'The language that the document declares, such as "en-GB".',
    }),
    xmp: t.exposeString('xmp', {
      nullable: true,
      description: 'The XMP packet, unchanged; null if absent or longer than 64 KiB.',
    }),
  }),
});
