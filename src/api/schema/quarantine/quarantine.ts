import { liftQuarantine, listQuarantine, type Quarantined, type QuarantineKey } from '../../../documents/quarantine.ts';
import { RequestError } from '../../../errors.ts';
import { decodeId, encodeId } from '../../../ids.ts';
import { scope } from '../../admission/declarations.ts';
import { builder } from '../builder.ts';
import { checkConnectionArgs, resolveKeyset, uuidPattern } from '../connection.ts';

const QuarantinedDocument = builder.objectRef<Quarantined>('QuarantinedDocument').implement({
  description: 'A document that crashed an engine. Jobs of its tenant do not read it with that engine again.',
  fields: (t) => ({
    sha256: t.exposeString('sha256', { description: 'The SHA-256 of the document, as 64 hexadecimal digits.' }),
    tenantId: t.id({
      description: 'The id of the tenant.',
      resolve: ({ tenantId }) => encodeId('tenant', tenantId),
    }),
    engine: t.exposeString('engineKey', {
      description:
        'The engine with its versions, such as "PDFIUM 2.14.4/21". Another version reads the document again.',
    }),
    jobId: t.id({
      description: 'The id of the job that was running. It may have been deleted since.',
      resolve: ({ jobId }) => encodeId('job', jobId),
    }),
    detail: t.exposeString('detail', { description: 'How the engine ended, such as "SIGSEGV".' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it crashed the engine.' }),
  }),
});

const QuarantineConnection = builder.connectionObject(
  {
    type: QuarantinedDocument,
    name: 'QuarantineConnection',
    description: 'A page of the list of quarantined documents, newest first.',
  },
  { name: 'QuarantineEdge', description: 'A quarantined document with its cursor.' },
);

const cursor = new RegExp(`^(\\d{1,14})_([0-9a-f]{64})_(${uuidPattern})_(.{1,100})$`);

function keyOf(text: string | undefined): QuarantineKey | null {
  const [, time, sha256, tenantId, engineKey] = cursor.exec(text ?? '') ?? [];
  if (time === undefined || sha256 === undefined || tenantId === undefined || engineKey === undefined) return null;
  return { createdAt: new Date(Number(time)), sha256, tenantId, engineKey };
}

builder.queryField('quarantine', (t) =>
  t.field({
    type: QuarantineConnection,
    extensions: scope('OPERATOR'),
    description: 'The documents of all tenants that crashed an engine, newest first. Needs the scope OPERATOR.',
    args: t.arg.connectionArgs(),
    resolve(_, args, context) {
      checkConnectionArgs(args, (text) => cursor.test(text));
      return resolveKeyset(
        context,
        args,
        ({ createdAt, sha256, tenantId, engineKey }: Quarantined) =>
          `${createdAt.getTime()}_${sha256}_${tenantId}_${engineKey}`,
        ({ before, after, limit, inverted }) =>
          listQuarantine(context.system, { after: keyOf(after), before: keyOf(before), limit, inverted }),
      );
    },
  }),
);

const LiftQuarantinePayload = builder.objectRef<{ lifted: number }>('LiftQuarantinePayload').implement({
  description: 'The result of liftQuarantine.',
  fields: (t) => ({
    lifted: t.exposeInt('lifted', { description: 'The number of lifted quarantines: one for each engine and tenant.' }),
  }),
});

builder.mutationField('liftQuarantine', (t) =>
  t.field({
    type: LiftQuarantinePayload,
    nullable: true,
    extensions: scope('OPERATOR'),
    description:
      'Lets all engines read a document again. Retry its jobs afterwards. A document that is not quarantined is NOT_FOUND. Needs the scope OPERATOR.',
    args: {
      sha256: t.arg.string({ required: true, description: 'The SHA-256 of the document, as 64 hexadecimal digits.' }),
      tenant: t.arg.id({ description: 'The id of a tenant, to lift only its quarantine. Default: of all tenants.' }),
    },
    async resolve(_, { sha256, tenant }, { system }) {
      const tenantId = tenant == null ? null : decodeId('tenant', tenant);
      const isKnown = tenant == null || tenantId !== null;
      const lifted = isKnown ? await liftQuarantine(system, sha256.toLowerCase(), tenantId) : 0;
      if (lifted === 0) throw new RequestError('NOT_FOUND', { message: 'No document with this hash is quarantined.' });
      return { lifted };
    },
  }),
);
