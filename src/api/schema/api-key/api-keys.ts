import { scope } from '../../admission/declarations.ts';
import { builder } from '../builder.ts';
import { resolveNewestFirst } from '../connection.ts';
import { ApiKey } from './api-key.ts';

const ApiKeyConnection = builder.connectionObject(
  { type: ApiKey, name: 'ApiKeyConnection', description: 'A page of a list of API keys, newest first.' },
  { name: 'ApiKeyEdge', description: 'An API key with its cursor.' },
);

builder.queryField('apiKeys', (t) =>
  t.field({
    type: ApiKeyConnection,
    extensions: scope('OPERATOR'),
    description: 'The API keys of all tenants, newest first. Needs the scope OPERATOR.',
    args: t.arg.connectionArgs(),
    resolve: (_, args, context) =>
      resolveNewestFirst(context, args, (part) => context.system.prisma.apiKey.findMany(part)),
  }),
);
