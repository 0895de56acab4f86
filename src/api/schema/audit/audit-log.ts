import { type AuditFilter, listEntries, publicEntry } from '../../../audit/read.ts';
import type { AuditLog } from '../../../connections/prisma/client.ts';
import { AuditActor as Actors } from '../../../connections/prisma/enums.ts';
import { scope } from '../../admission/declarations.ts';
import type { ApiContext } from '../../context.ts';
import { parseAuditFilter } from '../../inputs/audit.ts';
import { builder } from '../builder.ts';
import { type ConnectionArgs, checkConnectionArgs, resolveKeyset, uuidPattern } from '../connection.ts';

const AuditActor = builder.enumType('AuditActor', {
  description: 'The kind of an actor.',
  values: {
    API_KEY: { value: Actors.API_KEY, description: 'The holder of an API key.' },
    WATCH_TOKEN: { value: Actors.WATCH_TOKEN, description: 'The holder of a watch token.' },
    ANONYMOUS: { value: Actors.ANONYMOUS, description: 'A client without a key, where clients need no key.' },
    COMMAND_LINE: {
      value: Actors.COMMAND_LINE,
      description: 'A user of the command line with access to the database.',
    },
  },
});

const AuditEntry = builder.objectRef<AuditLog>('AuditEntry').implement({
  description: 'An entry of the audit log. Entries never change.',
  fields: (t) => ({
    id: t.id({ description: 'The id of the entry.', resolve: (entry) => publicEntry(entry).id }),
    at: t.expose('at', { type: 'DateTime', description: 'When the action ended.' }),
    actor: t.expose('actor', { type: AuditActor, description: 'The kind of the actor.' }),
    apiKeyId: t.id({
      nullable: true,
      description: "The id of the actor's key, or of the key that created its watch token; null without one.",
      resolve: (entry) => publicEntry(entry).apiKeyId,
    }),
    tenantId: t.id({ description: "The id of the actor's tenant.", resolve: (entry) => publicEntry(entry).tenantId }),
    address: t.exposeString('address', {
      description:
        'Where the request came from: an IPv4 address or an IPv6 network (/64). For the command line, the user and host.',
    }),
    action: t.exposeString('action', {
      description: 'What was done: the name of the mutation or of a refused field, or a command such as "keys create".',
    }),
    target: t.exposeID('target', {
      nullable: true,
      description:
        'The id of the object, as the request named it or as it was created, or the SHA-256 of a document; null if it named none.',
    }),
    outcome: t.exposeString('outcome', { description: '"OK", or the code of the error.' }),
  }),
});

const AuditLogFilter = builder.inputType('AuditLogFilter', {
  description: 'Conditions that entries must all meet.',
  fields: (t) => ({
    tenant: t.id({ description: "The actor's tenant." }),
    apiKey: t.id({ description: "The actor's key." }),
    action: t.string({ description: 'The action, such as "revokeApiKey".' }),
    target: t.id({ description: 'The object.' }),
    outcome: t.string({ description: 'The outcome, such as "OK" or "FORBIDDEN".' }),
    createdAfter: t.field({ type: 'DateTime', description: 'The earliest time, inclusive.' }),
    createdBefore: t.field({ type: 'DateTime', description: 'The latest time, exclusive.' }),
  }),
});

const AuditLogConnection = builder.connectionObject(
  { type: AuditEntry, name: 'AuditLogConnection', description: 'A page of the audit log, newest first.' },
  { name: 'AuditLogEdge', description: 'An entry with its cursor.' },
);

/** A UUIDv7 sorts by its time of creation. */
const cursor = new RegExp(`^${uuidPattern}$`);

/** Identifies the statements that read the audit log. */
const auditLogQueries = Symbol('auditLog');

/** Returns a page of entries. If not all entries could be examined, it ends at the last examined one. */
async function readPage(where: AuditFilter, args: ConnectionArgs, context: ApiContext) {
  let end: string | null = null;
  const connection = await resolveKeyset(
    context,
    args,
    ({ id }: AuditLog) => id,
    async ({ before, after, limit, inverted }) => {
      const part = { newerThan: before, olderThan: after, limit, inverted };
      // The connections also authenticate callers: a slow filter must not use all of them.
      const scope = { owner: auditLogQueries, atOnce: 1, signal: context.deadline };
      const { entries, examinedTo } = await context.system.within(scope, () =>
        listEntries(context.system, where, part),
      );
      end = examinedTo;
      return entries;
    },
  );
  if (end === null) return connection;
  const more = args.last == null ? { hasNextPage: true, endCursor: end } : { hasPreviousPage: true, startCursor: end };
  return { ...connection, pageInfo: { ...connection.pageInfo, ...more } };
}

builder.queryField('auditLog', (t) =>
  t.field({
    type: AuditLogConnection,
    extensions: scope('OPERATOR'),
    description:
      'Who did what, newest first: mutations of all tenants, and operations refused for lack of a scope. Needs the scope OPERATOR. With several ' +
      'conditions, a page can have fewer entries than requested, or none, although `hasNextPage` is true: continue after `endCursor`.',
    args: {
      ...t.arg.connectionArgs(),
      filter: t.arg({ type: AuditLogFilter, description: 'Which entries to return. Default: all.' }),
    },
    resolve(_, { filter, ...args }, context) {
      checkConnectionArgs(args, (text) => cursor.test(text));
      const where = parseAuditFilter(filter);
      if (where !== null) return readPage(where, args, context);
      return resolveKeyset(
        context,
        args,
        ({ id }: AuditLog) => id,
        async () => [],
      );
    },
  }),
);
