import {
  type ExecutionArgs,
  execute,
  GraphQLInt,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
  parse,
} from 'graphql';
import { expect, it } from 'vitest';
import { Results } from '../../src/api/live/results.ts';
import { perSubscriber, textOf } from '../../src/api/live/shared-events.ts';
import { createSubscribe, type EventExecution } from '../../src/api/live/subscribe.ts';
import type { Cursor } from '../../src/progress/state.ts';
import { Watcher } from '../../src/progress/watcher.ts';

let executions = 0;
const watchers = new Set<Watcher<Cursor>>();

function watch(): Watcher<Cursor> {
  const watcher = new Watcher<Cursor>({
    subject: { idOf: () => 'a job', placeOf: () => 'a job', isFinal: () => false },
    endsWhenFinal: false,
    release: (self) => watchers.delete(self),
  });
  watchers.add(watcher);
  return watcher;
}

const Event = new GraphQLObjectType<Cursor>({
  name: 'Event',
  fields: {
    revision: {
      type: new GraphQLNonNull(GraphQLInt),
      resolve(state) {
        executions += 1;
        return state.revision;
      },
    },
    seq: { type: GraphQLInt, resolve: async ({ seq }) => seq },
    own: { type: GraphQLString, extensions: perSubscriber, resolve: (_state, _args, context) => String(context.name) },
  },
});
const empty = new GraphQLObjectType({ name: 'Query', fields: { nothing: { type: GraphQLInt } } });
const events = {
  type: Event,
  args: { id: { type: GraphQLString } },
  subscribe: watch,
  resolve: (state: Cursor) => state,
};
const schema = new GraphQLSchema({
  query: empty,
  subscription: new GraphQLObjectType({ name: 'Subscription', fields: { events } }),
});
const subscribe = createSubscribe((error) => error);

/** Subscribes and returns the stream of results. */
async function subscribed(query: string, variableValues = {}, name = '', audience = ''): Promise<Results> {
  const args = { schema, document: parsed(query), variableValues, contextValue: { name } };
  const results = await subscribe(args, executionFor(audience, args));
  if (!(results instanceof Results)) throw new Error(JSON.stringify(results));
  return results;
}

function executionFor(audience: string, args: ExecutionArgs): EventExecution {
  const forAll = (rootValue: Cursor) => execute({ ...args, rootValue });
  return { audience, forAll, forOne: forAll, inTurn: (begin) => begin() };
}

/** Caches documents by text, as the server does. */
const documents = new Map<string, ReturnType<typeof parse>>();
function parsed(query: string) {
  const document = documents.get(query) ?? parse(query);
  documents.set(query, document);
  return document;
}

/** Publishes one event; returns each subscriber's result and the number of field executions. */
async function share(all: Results[]) {
  executions = 0;
  const next = all.map((results) => results.next().then(({ value }) => value));
  const state = { revision: 7, seq: 3 };
  for (const watcher of watchers) watcher.push(state);
  const results = await Promise.all(next);
  for (const each of all) await each.return();
  return { results, executions };
}

it('executes an event once for all subscribers with the same selection, even with different arguments', async () => {
  const query = 'subscription ($id: String) { events(id: $id) { revision seq } }';
  const shared = await share(await Promise.all(['a', 'b', 'c'].map((id) => subscribed(query, { id }))));
  expect(shared.executions).toBe(1);
  expect(new Set(shared.results).size).toBe(1);
  expect(textOf(shared.results[0])).toBe('{"data":{"events":{"revision":7,"seq":3}}}');
});

it('sends each subscriber the fields it selected', async () => {
  const query = 'subscription ($all: Boolean!) { events { revision seq @include(if: $all) } }';
  const { results, executions } = await share([
    await subscribed(query, { all: true }),
    await subscribed(query, { all: false }),
    await subscribed('subscription { events { other: revision } }'),
    await subscribed(query, { all: false }),
  ]);
  expect(results.map(textOf)).toEqual([
    '{"data":{"events":{"revision":7,"seq":3}}}',
    '{"data":{"events":{"revision":7}}}',
    '{"data":{"events":{"other":7}}}',
    '{"data":{"events":{"revision":7}}}',
  ]);
  expect(executions).toBe(3);
});

it('sends each subscriber the fields it selected by a fragment', async () => {
  const query = `subscription ($id: String, $all: Boolean!) { events(id: $id) { revision ...Rest } }
    fragment Rest on Event { seq @include(if: $all) }`;
  const { results, executions } = await share([
    await subscribed(query, { id: 'a', all: true }),
    await subscribed(query, { id: 'a', all: false }),
    await subscribed(query, { id: 'b', all: false }),
  ]);
  expect(results.map(textOf)).toEqual([
    '{"data":{"events":{"revision":7,"seq":3}}}',
    '{"data":{"events":{"revision":7}}}',
    '{"data":{"events":{"revision":7}}}',
  ]);
  expect(executions).toBe(2);
});

it('executes per-subscriber fields for each subscriber', async () => {
  const query = 'subscription { events { revision own } }';
  const { results, executions } = await share([await subscribed(query, {}, 'a'), await subscribed(query, {}, 'b')]);
  expect(results.map(({ data }) => data?.events)).toEqual([
    { revision: 7, own: 'a' },
    { revision: 7, own: 'b' },
  ]);
  expect(executions).toBe(2);
});

it('shares no result between audiences', async () => {
  const query = 'subscription { events { revision } }';
  const audiences = ['key', 'watch token', 'key'];
  const { results, executions } = await share(
    await Promise.all(audiences.map((audience) => subscribed(query, {}, '', audience))),
  );
  expect(executions).toBe(2);
  expect(results[0]).toBe(results[2]);
  expect(results[0]).not.toBe(results[1]);
});
