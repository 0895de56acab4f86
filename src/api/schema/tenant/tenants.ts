import { scope } from '../../admission/declarations.ts';
import { builder } from '../builder.ts';
import { resolveNewestFirst } from '../connection.ts';
import { Tenant } from './tenant.ts';

const TenantConnection = builder.connectionObject(
  { type: Tenant, name: 'TenantConnection', description: 'A page of a list of tenants, newest first.' },
  { name: 'TenantEdge', description: 'A tenant with its cursor.' },
);

builder.queryField('tenants', (t) =>
  t.field({
    type: TenantConnection,
    extensions: scope('OPERATOR'),
    description: 'All tenants with their limits and usage, newest first. Needs the scope OPERATOR.',
    args: t.arg.connectionArgs(),
    resolve: (_, args, context) =>
      resolveNewestFirst(context, args, (part) => context.system.prisma.tenant.findMany(part)),
  }),
);
