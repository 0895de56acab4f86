import DataLoader from 'dataloader';
import type { ApiContext } from '../context.ts';

type Load<Key, Value> = (keys: readonly Key[]) => Promise<readonly (Value | Error)[]>;

/**
 * Combines the loads of a list's items. All calls with the same group in the same turn of the event loop become one
 * call of `load`, so their `load` functions must be interchangeable. The siblings of a field share the array
 * `info.fieldNodes`, and with it their arguments and selections, which makes it the natural group.
 *
 * Nothing is cached: a mutation may change what the next one of the same request reads.
 */
export function createBatcher<Key, Value>() {
  const loadersOf = new WeakMap<ApiContext, Map<unknown, DataLoader<Key, Value>>>();
  return (context: ApiContext, group: unknown, key: Key, load: Load<Key, Value>): Promise<Value> => {
    const loaders = loadersOf.get(context) ?? new Map<unknown, DataLoader<Key, Value>>();
    loadersOf.set(context, loaders);
    const loader = loaders.get(group) ?? new DataLoader<Key, Value>(load, { cache: false });
    loaders.set(group, loader);
    return loader.load(key);
  };
}
