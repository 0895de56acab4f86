import { withoutCredentials } from '../../../documents/url-credentials.ts';
import { builder } from '../builder.ts';

const SourceKind = builder.enumType('SourceKind', {
  description: 'How a document was sent.',
  values: {
    URL: { description: 'A worker downloads it.' },
    UPLOAD: { description: 'By `createUpload` and PUT.' },
    FILE: { description: 'As a file of a multipart request.' },
    BASE64: { description: 'As Base64 inside the request.' },
  } as const,
});

export const JobSource = builder.prismaObject('Source', {
  name: 'JobSource',
  description: 'The document of a job.',
  fields: (t) => ({
    kind: t.expose('kind', { type: SourceKind, description: 'How the document was sent.' }),
    url: t.string({
      nullable: true,
      select: { url: true },
      description:
        'The URL that the document is downloaded from, without user name and password; null for other kinds.',
      resolve: ({ url }) => url && withoutCredentials(url),
    }),
    filename: t.exposeString('filename', { nullable: true, description: 'The file name, if known.' }),
    bytes: t.expose('bytes', {
      type: 'BigInt',
      nullable: true,
      description: 'Size in bytes; null until the document is downloaded.',
    }),
    sha256: t.exposeString('sha256', {
      nullable: true,
      description: 'SHA-256 of the bytes, in lower-case hexadecimal; null until the document is downloaded.',
    }),
    stored: t.boolean({
      select: { storageKey: true },
      description:
        'Whether its bytes are stored: not before they have arrived, and not after the operator had old documents deleted. A job whose document is gone cannot be retried, unless it has a `url`.',
      resolve: ({ storageKey }) => storageKey !== null,
    }),
  }),
});

export const JobSourceInput = builder.inputType('JobSourceInput', {
  isOneOf: true,
  description: 'The document of a job: exactly one of these.',
  fields: (t) => ({
    url: t.string({
      description: 'An http or https URL that a worker downloads, at most 1 GiB. Private addresses are refused.',
    }),
    upload: t.id({ description: 'The id of an upload whose bytes have arrived: the way for large files.' }),
    job: t.id({
      description:
        'The id of a job, to process its document again without a second upload. Its options are not taken over, and a password has to be given again.',
    }),
    file: t.field({ type: 'File', description: 'A file of a multipart request, at most 25 MiB.' }),
    base64: t.string({
      description: 'The bytes as Base64 (RFC 4648), at most 25 MiB once decoded.',
      extensions: { isFile: true },
    }),
  }),
});
