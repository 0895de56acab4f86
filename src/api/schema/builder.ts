import SchemaBuilder from '@pothos/core';
import PrismaPlugin from '@pothos/plugin-prisma';
import RelayPlugin from '@pothos/plugin-relay';
import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { JSONObjectResolver } from 'graphql-scalars';
import type { Prisma } from '../../connections/database.ts';
import type PrismaTypes from '../../connections/prisma/pothos-types.ts';
import { getDatamodel } from '../../connections/prisma/pothos-types.ts';
import { RequestError } from '../../errors.ts';
import type { ApiContext } from '../context.ts';
import { DateTime } from './date-time.ts';

/** The builder of the schema. One file per noun registers its types and fields. */
export const builder = new SchemaBuilder<{
  Context: ApiContext;
  PrismaTypes: PrismaTypes;
  DefaultFieldNullability: false;
  DefaultInputFieldRequiredness: false;
  DefaultEdgesNullability: false;
  DefaultNodeNullability: false;
  Scalars: {
    ID: { Input: string; Output: string };
    DateTime: { Input: Date; Output: Date | string };
    BigInt: { Input: bigint; Output: bigint | number };
    JSONObject: { Input: Record<string, unknown>; Output: unknown };
    File: { Input: File; Output: never };
  };
}>({
  defaultFieldNullability: false,
  plugins: [RelayPlugin, PrismaPlugin],
  relay: {
    cursorType: 'String',
    nodeQueryOptions: false,
    nodesQueryOptions: false,
    nodesOnConnection: { description: 'The items, without cursors.' },
    pageInfoTypeOptions: { description: 'The position of a page in its list.' },
    hasNextPageFieldOptions: { description: 'Whether items follow this page.' },
    hasPreviousPageFieldOptions: { description: 'Whether items precede this page.' },
    startCursorFieldOptions: { description: 'The cursor of the first item; pass it as `before` to page backward.' },
    endCursorFieldOptions: { description: 'The cursor of the last item; pass it as `after` to page forward.' },
    firstArgOptions: { description: 'Maximum number of items from the start: 20 by default, at most 100.' },
    lastArgOptions: {
      description: 'Maximum number of items from the end, at most 100. Cannot be combined with `first`.',
    },
    afterArgOptions: { description: 'Returns the items after this cursor.' },
    beforeArgOptions: { description: 'Returns the items before this cursor.' },
    cursorFieldOptions: { description: 'The position of the item in the list; pass it as `after` or `before`.' },
    nodeFieldOptions: { description: 'The item.' },
    edgesFieldOptions: { description: 'The items with their cursors.' },
    pageInfoFieldOptions: { description: 'The position of this page in the list.' },
  },
  prisma: {
    client: (context): Prisma => context.database.prisma,
    dmmf: getDatamodel(),
    exposeDescriptions: false,
    filterConnectionTotalCount: false,
    onUnusedQuery: null,
  },
});

builder.addScalarType('DateTime', DateTime);
builder.addScalarType(
  'JSONObject',
  new GraphQLScalarType({
    ...JSONObjectResolver.toConfig(),
    description: 'A JSON object, such as {"invoice": 214}.',
    specifiedByURL: null,
  }),
);

function wholeNumber(value: unknown): bigint {
  if (Number.isSafeInteger(value) || (typeof value === 'string' && /^-?\d{1,40}$/.test(value)))
    return BigInt(String(value));
  throw new GraphQLError('BigInt must be a whole number.');
}

builder.scalarType('BigInt', {
  description:
    'An integer that may exceed an Int, such as a number of bytes. It is a JSON number; inputs may also be strings of digits.',
  serialize: Number,
  parseValue: wholeNumber,
  parseLiteral: (node) => wholeNumber(node.kind === Kind.INT || node.kind === Kind.STRING ? node.value : null),
});
builder.scalarType('File', {
  description:
    'A file of a multipart/form-data request (GraphQL multipart request specification). Use `createUpload` for large files.',
  serialize() {
    throw new RequestError('BAD_USER_INPUT', { message: 'A file cannot be read back.' });
  },
});

builder.queryType({
  description: 'Everything that can be read. An object that does not exist, or that you cannot access, is null.',
});
builder.mutationType({
  description:
    'Everything that can be changed. A mutation that fails returns null and an error. An object that does not exist, or that you cannot access, is NOT_FOUND.',
});
builder.subscriptionType({
  description: 'Everything that can be watched, over WebSocket (graphql-transport-ws) or Server-Sent Events.',
});
