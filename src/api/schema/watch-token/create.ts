import { RequestError } from '../../../errors.ts';
import { decodeId } from '../../../ids.ts';
import { signWatchToken } from '../../../tenants/watch-token.ts';
import { scope } from '../../admission/declarations.ts';
import type { ApiContext } from '../../context.ts';
import { parseCreateWatchToken, watchSeconds } from '../../inputs/watch-token.ts';
import { builder } from '../builder.ts';
import { ResultFormat } from '../download.ts';

const CreateWatchTokenInput = builder.inputType('CreateWatchTokenInput', {
  description: 'The access of a watch token. Exactly one of `job` and `batch` is required.',
  fields: (t) => ({
    job: t.id({ description: 'The id of the job to watch.' }),
    batch: t.id({ description: 'The id of the batch to watch.' }),
    download: t.field({
      type: ResultFormat,
      description: 'The result format that the token may also download. Default: none.',
    }),
    expireAfterSeconds: t.int({
      description: `Lifetime of the token, in seconds: ${watchSeconds.min} to ${watchSeconds.max}. Default ${watchSeconds.default}.`,
    }),
  }),
});

const CreateWatchTokenPayload = builder
  .objectRef<{ token: string; expiresAt: Date }>('CreateWatchTokenPayload')
  .implement({
    description: 'The result of createWatchToken.',
    fields: (t) => ({
      token: t.exposeString('token', {
        description: 'The token, to be sent like a key: "Authorization: Bearer <token>". It is not stored.',
      }),
      expiresAt: t.expose('expiresAt', {
        type: 'DateTime',
        description: 'When the token expires. Open connections end then.',
      }),
    }),
  });

builder.mutationField('createWatchToken', (t) =>
  t.field({
    type: CreateWatchTokenPayload,
    nullable: true,
    extensions: scope('READ'),
    description:
      'Creates a token for a browser. It can read the progress of one job or batch and the download that it names, but nothing else. ' +
      'It ends early if your key is revoked, rotated or expires. Needs the scope READ.',
    args: { input: t.arg({ type: CreateWatchTokenInput, required: true, description: 'The access of the token.' }) },
    async resolve(_, { input }, context) {
      const { job, batch, download = null, expireAfterSeconds } = parseCreateWatchToken(input);
      const subject = job ?? batch ?? '';
      if (!(await exists(context, job == null ? 'batch' : 'job', subject)))
        throw new RequestError('NOT_FOUND', { message: `There is no such ${job == null ? 'batch' : 'job'}.` });
      // Whole seconds, as in the token.
      const seconds = Math.floor(Date.now() / 1_000) + (expireAfterSeconds ?? watchSeconds.default);
      const expiresAt = new Date(seconds * 1_000);
      const { secrets, key } = context;
      return { token: signWatchToken(secrets, { subject, download, key, expiresAt }), expiresAt };
    },
  }),
);

async function exists({ writes, tenantId }: ApiContext, type: 'job' | 'batch', id: string): Promise<boolean> {
  const uuid = decodeId(type, id);
  if (uuid === null) return false;
  const query = { where: { id: uuid, tenantId }, select: { id: true } };
  const found = type === 'job' ? await writes.prisma.job.findFirst(query) : await writes.prisma.batch.findFirst(query);
  return found !== null;
}
