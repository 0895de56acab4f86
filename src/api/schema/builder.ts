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

/** The schema is printed from here; one file per noun registers its types and fields. */
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
    nodesOnConnection: { description: 'The items alone.' },
    pageInfoTypeOptions: { description: 'Where a part of a list begins and ends, and whether there is more.' },
    hasNextPageFieldOptions: { description: 'Whether there is more after this part.' },
    hasPreviousPageFieldOptions: { description: 'Whether there is something before this part.' },
    startCursorFieldOptions: { description: 'Cursor of the first item; pass it as `before` to go back.' },
    endCursorFieldOptions: { description: 'Cursor of the last item; pass it as `after` to go on.' },
    firstArgOptions: { description: 'Items at most, from the start: 20 by default, up to 100.' },
    lastArgOptions: { description: 'Items at most, from the end, up to 100; not together with `first`.' },
    afterArgOptions: { description: 'Only items after the one with this cursor.' },
    beforeArgOptions: { description: 'Only items before the one with this cursor.' },
    cursorFieldOptions: { description: 'Where this item stands in the list: pass it as `after` or `before`.' },
    nodeFieldOptions: { description: 'The item.' },
    edgesFieldOptions: { description: 'The items with their cursors.' },
    pageInfoFieldOptions: { description: 'Whether there is more.' },
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
    description: 'Any JSON object, such as {"invoice": 214}.',
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
    'A whole number that may be larger than an Int, such as a number of bytes. A JSON number; a string of digits is accepted, too.',
  serialize: Number,
  parseValue: wholeNumber,
  parseLiteral: (node) => wholeNumber(node.kind === Kind.INT || node.kind === Kind.STRING ? node.value : null),
});
builder.scalarType('File', {
  description:
    'A file in the request itself, sent as multipart/form-data (GraphQL multipart request specification). For large files use `createUpload`.',
  serialize() {
    throw new RequestError('BAD_USER_INPUT', { message: 'A file cannot be read back.' });
  },
});

builder.queryType({ description: 'Everything that can be read. What is not there, or not yours, is null.' });
builder.mutationType({
  description: 'Everything that can be changed. What is not there, or not yours, is the error NOT_FOUND.',
});
builder.subscriptionType({
  description: 'Everything that can be watched, over WebSocket (graphql-transport-ws) or Server-Sent Events.',
});
