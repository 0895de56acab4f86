import { scope } from '../../admission/declarations.ts';
import { builder } from '../builder.ts';
import { resolveNewestFirst } from '../connection.ts';
import { BulkOperation } from './operation.ts';

const BulkOperationConnection = builder.connectionObject(
  { type: BulkOperation, name: 'BulkOperationConnection', description: 'A page of a list of bulk operations.' },
  { name: 'BulkOperationEdge', description: 'A bulk operation with its cursor.' },
);

builder.queryField('bulkOperations', (t) =>
  t.field({
    type: BulkOperationConnection,
    extensions: scope('OPERATOR'),
    description: 'The bulk operations, newest first. Needs the scope OPERATOR.',
    args: t.arg.connectionArgs(),
    resolve: (_, args, context) =>
      resolveNewestFirst(context, args, (part) => context.system.prisma.bulkOperation.findMany(part)),
  }),
);
