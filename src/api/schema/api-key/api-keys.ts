import type { ApiKey as ApiKeyRow } from '../../../connections/prisma/client.ts';
import { scope } from '../../admission/declarations.ts';
import { builder } from '../builder.ts';
import { checkConnectionArgs, resolveKeyset, uuidPattern } from '../connection.ts';
import { ApiKey } from './api-key.ts';

const ApiKeyConnection = builder.connectionObject(
  { type: ApiKey, name: 'ApiKeyConnection', description: 'A page of a list of API keys, newest first.' },
  { name: 'ApiKeyEdge', description: 'An API key with its cursor.' },
);

/** A UUIDv7 sorts by its time of creation. */
const cursor = new RegExp(`^${uuidPattern}$`);

builder.queryField('apiKeys', (t) =>
  t.field({
    type: ApiKeyConnection,
    extensions: scope('OPERATOR'),
    description: 'The API keys of all tenants, newest first. Needs the scope OPERATOR.',
    args: t.arg.connectionArgs(),
    resolve(_, args, context) {
      checkConnectionArgs(args, (text) => cursor.test(text));
      return resolveKeyset(
        context,
        args,
        ({ id }: ApiKeyRow) => id,
        ({ before, after, limit, inverted }) =>
          context.database.prisma.apiKey.findMany({
            where: { id: { ...(after ? { lt: after } : {}), ...(before ? { gt: before } : {}) } },
            orderBy: { id: inverted ? 'asc' : 'desc' },
            take: limit,
          }),
      );
    },
  }),
);
