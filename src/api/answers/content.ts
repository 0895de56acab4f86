import { RequestError } from '../../errors.ts';
import {
  type Content,
  type ContentKey,
  type ContentList,
  type FoundContent,
  listItems,
  listPart,
  readContent,
} from '../../results/content.ts';
import type { ApiContext } from '../context.ts';
import { createBatcher } from './batcher.ts';
import { budgetOf } from './byte-budget.ts';
import { takeTurn } from './turns.ts';

const load = createBatcher<ContentKey, FoundContent>();

/**
 * Reads a potentially large value, together with those of the other rows of a list. They are deducted from the byte
 * budget of the response before they are read; if they do not fit, they fail with RESULT_TOO_LARGE.
 */
export async function loadContent<T>(context: ApiContext, content: Content<T>, key: ContentKey): Promise<T> {
  return content.parse(await loadStored(context, content, key));
}

/** Reads part of a list when its turn comes; by default, the beginning. */
export async function loadList<T>(
  context: ApiContext,
  list: ContentList<T>,
  key: ContentKey,
  { start, items } = { start: 0, items: listItems },
): Promise<T[]> {
  const content = listPart(list, start, items);
  const found = await loadStored(context, content, key);
  await takeTurn(Array.isArray(found) ? found.length : 0);
  return content.parse(found);
}

async function loadStored(context: ApiContext, content: Content<unknown>, key: ContentKey): Promise<unknown> {
  const found = await load(context, content.name, key, (keys) => readAll(context, content, keys));
  if (found === 'GONE') throw new RequestError('NOT_FOUND', { message: 'The object was deleted while it was read.' });
  if (found === 'TOO_LARGE') throw budgetOf(context).tooLarge;
  return found.value;
}

/** A value that several fields need is read once, and deducted once per occurrence in the response. */
function readAll(context: ApiContext, content: Content<unknown>, keys: readonly ContentKey[]): Promise<FoundContent[]> {
  const budget = budgetOf(context);
  const nameOf = ({ id, number }: ContentKey) => `${id} ${number}`;
  const distinct = [...new Map(keys.map((key) => [nameOf(key), key])).values()];
  return budget.inTurn(async (bytesLeft) => {
    let values = await readContent(context.database, content, distinct, bytesLeft);
    if (values.includes('TOO_LARGE') && (await budget.becomeLarge())) {
      values = await readContent(context.database, content, distinct, budget.bytesLeft);
    }
    const found = new Map(distinct.map((key, index) => [nameOf(key), values[index] ?? 'GONE']));
    return keys.map((key) => {
      const each = found.get(nameOf(key)) ?? 'GONE';
      return typeof each === 'string' || budget.tryDraw(each.bytes) ? each : 'TOO_LARGE';
    });
  });
}
