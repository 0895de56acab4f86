import type { Source } from '../../connections/prisma/client.ts';
import { encodeId } from '../../ids.ts';
import { parseCreateUpload } from '../inputs.ts';
import { createUpload, uploadUrl } from '../uploads.ts';
import { builder } from './builder.ts';
import { Node } from './node.ts';

const UploadStatus = builder.enumType('UploadStatus', {
  description: 'Where an upload stands.',
  values: {
    WAITING: { description: 'The bytes have not arrived.' },
    STORED: { description: 'The bytes are safe on disk: give the id to `createJob`.' },
    EXPIRED: { description: 'No job used it in time; the bytes are gone.' },
  } as const,
});

const HttpHeader = builder.objectRef<{ name: string; value: string }>('HttpHeader').implement({
  description: 'A header to send along.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name.' }),
    value: t.exposeString('value', { description: 'Its value.' }),
  }),
});

export const Upload = builder.objectRef<Source>('Upload').implement({
  description: 'A place for the bytes of a document: PUT them to `url`, then give the id to `createJob`.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({
      description: 'Such as upload_01h455vb4pex5vsknk084sn02q.',
      resolve: ({ id }) => encodeId('upload', id),
    }),
    method: t.string({ description: 'The HTTP method to use: PUT.', resolve: () => 'PUT' }),
    url: t.string({
      description: 'Where to send the bytes. Signed: whoever has it can send them, until `expiresAt`.',
      resolve: (upload, _, context) => uploadUrl(context, upload),
    }),
    headers: t.field({
      type: [HttpHeader],
      description: 'Headers to send along with the bytes.',
      resolve: ({ contentType }) => [{ name: 'content-type', value: contentType ?? 'application/pdf' }],
    }),
    status: t.expose('status', { type: UploadStatus, description: 'Where it stands.' }),
    expiresAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'Until when the bytes may arrive; once STORED, until when a job must use them; null for one that is kept.',
      resolve: ({ expiresAt }) => expiresAt,
    }),
  }),
});

const CreateUploadInput = builder.inputType('CreateUploadInput', {
  description: 'What is going to be sent; all of it optional.',
  fields: (t) => ({
    filename: t.string({ description: 'Its name, 255 characters at most.' }),
    contentType: t.string({ description: 'Its media type. Default application/pdf.' }),
    bytes: t.field({ type: 'BigInt', description: 'Its size, 1 GiB at most; other bytes are then refused.' }),
    sha256: t.string({ description: 'Its SHA-256 in hex; other bytes are then refused.' }),
  }),
});

const CreateUploadPayload = builder.objectRef<{ upload: Source }>('CreateUploadPayload').implement({
  description: 'What createUpload gives back.',
  fields: (t) => ({ upload: t.expose('upload', { type: Upload, description: 'Where to send the bytes.' }) }),
});

builder.mutationField('createUpload', (t) =>
  t.field({
    type: CreateUploadPayload,
    nullable: true,
    description:
      'Makes a place for the bytes of a large document. They are streamed to storage and safe on disk when the PUT answers.',
    args: { input: t.arg({ type: CreateUploadInput, required: true, description: 'What is going to be sent.' }) },
    resolve: async (_, { input }, context) => ({ upload: await createUpload(context, parseCreateUpload(input)) }),
  }),
);
