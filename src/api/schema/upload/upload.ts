import type { Source } from '../../../connections/prisma/client.ts';
import { encodeId } from '../../../ids.ts';
import { cost, scope } from '../../admission/declarations.ts';
import { parseCreateUpload } from '../../inputs/inputs.ts';
import { builder } from '../builder.ts';
import { Node } from '../node.ts';
import { createUpload, uploadUrl } from './create.ts';

const UploadStatus = builder.enumType('UploadStatus', {
  description: 'The status of an upload.',
  values: {
    WAITING: { description: 'The bytes have not arrived.' },
    STORED: { description: 'The bytes are stored durably. Pass the id to `createJob`.' },
    EXPIRED: { description: 'No job used the upload in time, and its bytes were deleted.' },
  } as const,
});

const HttpHeader = builder.objectRef<{ name: string; value: string }>('HttpHeader').implement({
  description: 'An HTTP header.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The name of the header.' }),
    value: t.exposeString('value', { description: 'The value of the header.' }),
  }),
});

export const Upload = builder.objectRef<Source>('Upload').implement({
  description: 'A document that is sent on its own: PUT the bytes to `url`, then pass the id to `createJob`.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({
      description: 'The global id, such as upload_01h455vb4pex5vsknk084sn02q.',
      resolve: ({ id }) => encodeId('upload', id),
    }),
    method: t.string({ description: 'The HTTP method to use: PUT.', resolve: () => 'PUT' }),
    url: t.string({
      extensions: scope('WRITE'),
      description:
        'Where to send the bytes: a signed URL. Anyone who has it can send them until `expiresAt`, so it needs the scope WRITE.',
      resolve: (upload, _, context) => uploadUrl(context, upload),
    }),
    headers: t.field({
      extensions: { ...cost({ items: 2 }), ...scope('ANY') },
      type: [HttpHeader],
      description: 'The headers to send with the bytes.',
      resolve: ({ contentType }) => [{ name: 'content-type', value: contentType ?? 'application/pdf' }],
    }),
    status: t.expose('status', { type: UploadStatus, description: 'The status of the upload.' }),
    expiresAt: t.field({
      type: 'DateTime',
      description:
        'When the upload expires: while WAITING, the deadline for the bytes; once STORED, the deadline for a job to use them. 9999-12-31 for an upload that never expires.',
      resolve: ({ expiresAt }) => expiresAt ?? never,
    }),
  }),
});

/** The end of an upload that is kept, such as the sample. */
const never = new Date('9999-12-31T00:00:00Z');

const CreateUploadInput = builder.inputType('CreateUploadInput', {
  description: 'The document that is going to be sent. All fields are optional.',
  fields: (t) => ({
    filename: t.string({ description: 'The file name, at most 255 characters.' }),
    contentType: t.string({ description: 'The media type. Default application/pdf.' }),
    bytes: t.field({
      type: 'BigInt',
      description: 'Size in bytes, at most 1 GiB. An upload of another size is refused.',
    }),
    sha256: t.string({ description: 'SHA-256 of the bytes in hexadecimal. Other bytes are refused.' }),
  }),
});

const CreateUploadPayload = builder.objectRef<{ upload: Source }>('CreateUploadPayload').implement({
  description: 'The result of createUpload.',
  fields: (t) => ({
    upload: t.expose('upload', { type: Upload, description: 'The upload, which waits for its bytes.' }),
  }),
});

builder.mutationField('createUpload', (t) =>
  t.field({
    type: CreateUploadPayload,
    nullable: true,
    description:
      'Prepares the upload of a document. The bytes are streamed to storage, and stored durably when the PUT returns.',
    args: { input: t.arg({ type: CreateUploadInput, required: true, description: 'What is going to be sent.' }) },
    resolve: async (_, { input }, context) => ({ upload: await createUpload(context, parseCreateUpload(input)) }),
  }),
);
