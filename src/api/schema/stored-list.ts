import type { ObjectRef } from '@pothos/core';
import { type ContentKey, type ContentList, listItems, listLength } from '../../results/content.ts';
import { loadContent, loadList } from '../answers/content.ts';
import type { ApiContext } from '../context.ts';
import { builder } from './builder.ts';
import { type ConnectionArgs, checkConnectionArgs, pageSize } from './connection.ts';

// Lists stored in one JSON value. Each has a plain field for its beginning and a connection for all of it.

/** Properties of the connection of such a list, beyond its items. */
interface StoredList {
  countItems: () => Promise<number>;
}

type Types = typeof builder.$inferSchemaTypes;

/** Defines the connection and edge of such a list; `items` is its name for the items, such as "links". */
export function listConnection<Item extends object>(type: ObjectRef<Types, Item>, name: string, items: string) {
  return builder.connectionObject<ObjectRef<Types, Item>, StoredList>(
    {
      type,
      name: `${name}Connection`,
      description: `A page of the ${items}, in order.`,
      fields: (t) => ({
        totalCount: t.int({
          description: `Number of ${items} in the whole list.`,
          resolve: ({ countItems }) => countItems(),
        }),
      }),
    },
    { name: `${name}Edge`, description: `One of the ${items}, with its cursor.` },
  );
}

/** Describes the plain field of such a list, and names its connection. */
export function beginning(connection: string): string {
  return `the first ${listItems.toLocaleString('en')}. \`${connection}\` has all of them.`;
}

/** The arguments of such a connection, which can be read only forward. */
export const listArgs = builder.args((t) => ({
  first: t.int({ description: 'Maximum number of items: 20 by default, at most 100.' }),
  after: t.string({ description: 'Returns the items after this cursor.' }),
}));

/** Returns a part of a stored list. A cursor is the index of an item. */
export async function resolveList<Item>(
  context: ApiContext,
  list: ContentList<Item>,
  key: ContentKey,
  { first, after }: Pick<ConnectionArgs, 'first' | 'after'>,
) {
  checkConnectionArgs({ first, after }, (text) => /^\d{1,9}$/.test(text));
  const size = first ?? pageSize.defaultSize;
  const start = after == null ? 0 : Number(after) + 1;
  // One extra item shows whether more exist.
  const found = await loadList(context, list, key, { start, items: size + 1 });
  const edges = found.slice(0, size).map((node, index) => ({ cursor: String(start + index), node }));
  return {
    edges,
    pageInfo: {
      hasNextPage: found.length > size,
      hasPreviousPage: start > 0,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    countItems: () => loadContent(context, listLength(list), key),
  };
}
