import { queryFromInfo } from '@pothos/plugin-prisma';
import { decodeId } from '../../../ids.ts';
import { builder } from '../builder.ts';
import { checkConnectionArgs, resolveKeyset, uuidPattern } from '../connection.ts';
import { Batch } from './batch.ts';

const BatchConnection = builder.connectionObject(
  { type: Batch, name: 'BatchConnection', description: 'A page of a list of batches, newest first.' },
  { name: 'BatchEdge', description: 'A batch with its cursor.' },
);

/** A UUIDv7 sorts by its time of creation. */
const cursor = new RegExp(`^${uuidPattern}$`);

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
      checkConnectionArgs(args, (text) => cursor.test(text));
      const query = queryFromInfo({ context, info, paths: [['nodes'], ['edges', 'node']], typeName: 'Batch' });
      return resolveKeyset(
        context,
        args,
        ({ id }: { id: string }) => id,
        ({ before, after, limit, inverted }) =>
          context.database.prisma.batch.findMany({
            ...query,
            where: {
              tenantId: context.tenantId,
              id: { ...(after ? { lt: after } : {}), ...(before ? { gt: before } : {}) },
            },
            orderBy: { id: inverted ? 'asc' : 'desc' },
            take: limit,
          }),
      );
    },
  }),
}));
