import { queryFromInfo } from '@pothos/plugin-prisma';
import { decodeId } from '../../../ids.ts';
import { builder } from '../builder.ts';
import { resolveNewestFirst } from '../connection.ts';
import { Batch } from './batch.ts';

const BatchConnection = builder.connectionObject(
  { type: Batch, name: 'BatchConnection', description: 'A page of a list of batches, newest first.' },
  { name: 'BatchEdge', description: 'A batch with its cursor.' },
);

builder.queryFields((t) => ({
  batch: t.prismaField({
    type: Batch,
    nullable: true,
    description: 'The batch with this id; null if it does not exist or you lack access.',
    args: { id: t.arg.id({ required: true, description: 'The id of the batch.' }) },
    resolve(query, _, { id }, { database, tenantId }) {
      const uuid = decodeId('batch', id);
      return uuid === null ? null : database.prisma.batch.findFirst({ ...query, where: { id: uuid, tenantId } });
    },
  }),
  batches: t.field({
    type: BatchConnection,
    description: 'Your batches, newest first.',
    args: t.arg.connectionArgs(),
    resolve(_, args, context, info) {
      const query = queryFromInfo({ context, info, paths: [['nodes'], ['edges', 'node']], typeName: 'Batch' });
      return resolveNewestFirst(context, args, ({ where, ...part }) =>
        context.database.prisma.batch.findMany({ ...query, ...part, where: { ...where, tenantId: context.tenantId } }),
      );
    },
  }),
}));
