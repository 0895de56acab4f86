import {
  type GraphQLArgument,
  type GraphQLInputType,
  type GraphQLObjectType,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schema } from '../../src/api/schema/schema.ts';
import { allScopes, type Scope } from '../../src/tenants/scopes.ts';
import { type Service, startService } from '../service.ts';
import { ask, bearer, issueKey } from './asking.ts';

// Uses every root field and every field with a scope with a key that has all scopes but the needed one. The schema
// generates the cases, and the descriptions state what clients are promised.

let service: Service;
const keys = new Map<string, string>();
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
  for (const scope of allScopes) {
    keys.set(`only ${scope}`, bearer(await issueKey(service, [scope])));
    const others = [...allScopes].filter((each) => each !== scope);
    keys.set(`all but ${scope}`, bearer(await issueKey(service, others)));
  }
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const as = (key: string, query: string) => ask(service.url, keys.get(key) ?? '', query);

type Field = ReturnType<GraphQLObjectType['getFields']>[string];

function literalOf(input: GraphQLInputType): string {
  const type = getNullableType(input);
  if (isListType(type)) return `[${literalOf(type.ofType)}]`;
  if (isEnumType(type)) return type.getValues()[0]?.name ?? '';
  if (isInputObjectType(type)) {
    const all = Object.values(type.getFields());
    const fields = type.isOneOf ? all.slice(0, 1) : all.filter(isRequiredInputField);
    return `{ ${fields.map((field) => `${field.name}: ${literalOf(field.type)}`).join(', ')} }`;
  }
  return { Int: '1', Boolean: 'true' }[type.name] ?? '"x"';
}

function call({ name, args, type }: Field): string {
  const given = args.filter(isRequiredArgument).map((each: GraphQLArgument) => `${each.name}: ${literalOf(each.type)}`);
  const selection = isLeafType(getNamedType(type)) ? '' : ' { __typename }';
  return `${name}${given.length === 0 ? '' : `(${given.join(', ')})`}${selection}`;
}

/** The scope that the description of a field promises; null if it mentions none. */
function promised({ description }: Field | GraphQLObjectType): Scope | null {
  const [, scope] = /[Nn]eeds the scope (\w+)/.exec(description ?? '') ?? [];
  return [...allScopes].find((each) => each === scope) ?? null;
}

const [query, mutation, subscription] = [
  schema.getQueryType(),
  schema.getMutationType(),
  schema.getSubscriptionType(),
].map((type) => Object.values(type?.getFields() ?? {}));

/** Fields that need no scope. */
const open = ['viewer'];

const roots: [string, string, Scope][] = [
  ...(query ?? [])
    .filter(({ name }) => !open.includes(name))
    .map((field): [string, string, Scope] => [field.name, `{ ${call(field)} }`, promised(field) ?? 'READ']),
  ...(mutation ?? []).map((field): [string, string, Scope] => [
    field.name,
    `mutation { ${call(field)} }`,
    promised(field) ?? 'WRITE',
  ]),
  ...(subscription ?? []).map((field): [string, string, Scope] => [
    field.name,
    `subscription { ${call(field)} }`,
    promised(field) ?? 'READ',
  ]),
];

/** How a query reaches the types with such fields that `node` does not find. */
const ways: Record<string, (field: string) => string> = {
  WorkerJob: (field) => `{ workers { jobs { ${field} } } }`,
  ArchivedJob: (field) => `{ archivedJobs { nodes { ${field} } } }`,
  TenantErasure: (field) => `{ tenantErasures { nodes { ${field} } } }`,
  Viewer: (field) => `{ viewer { ${field} } }`,
  WebhookAttempt: (field) => `{ webhookDeliveries { nodes { attempts { ${field} } } } }`,
};

function reach(type: GraphQLObjectType, field: Field): string {
  const way = ways[type.name];
  if (way !== undefined) return way(call(field));
  if (type.getInterfaces().some(({ name }) => name === 'Node'))
    return `{ node(id: "x") { ... on ${type.name} { ${call(field)} } } }`;
  throw new Error(`tell the test how to reach ${type.name}.${field.name}`);
}

const objects = Object.values(schema.getTypeMap()).filter(
  (type): type is GraphQLObjectType => isObjectType(type) && !type.name.startsWith('__'),
);
const rootTypes = ['Query', 'Mutation', 'Subscription'];
const nested: [string, string, Scope][] = objects
  .filter(({ name }) => !rootTypes.includes(name))
  .flatMap((type) =>
    Object.values(type.getFields()).flatMap((field): [string, string, Scope][] => {
      const declared = field.extensions.scope;
      if (declared === undefined || declared === 'ANY') return [];
      return [[`${type.name}.${field.name}`, reach(type, field), declared]];
    }),
  );

describe('a scope', () => {
  it.each([...roots, ...nested])('too small for %s refuses it', async (_, text, scope) => {
    expect(await as(`all but ${scope}`, text), text).toMatchObject({ status: 403, code: 'FORBIDDEN', data: undefined });
  });

  it.each(roots.filter(([, text]) => !text.startsWith('subscription')))('suffices for %s', async (_, text, scope) => {
    expect((await as(`only ${scope}`, text)).code, text).not.toBe('FORBIDDEN');
  });

  it('is needed even if the field is one of many, aliased, in a fragment, or left out by a directive', async () => {
    const operations = [...roots, ...nested].filter(([, text, scope]) => text.startsWith('{') && scope === 'OPERATOR');
    expect(operations.length).toBeGreaterThan(8);
    for (const [, text] of operations) {
      const selection = text.slice(1, -1);
      for (const hidden of [
        `query { viewer { id } b: ${selection.trim()} }`,
        `{ viewer { id } ... on Query { ${selection} } }`,
        `query { ...F } fragment F on Query { ...G } fragment G on Query { ${selection} }`,
        `{ viewer { id } ... @skip(if: true) { ${selection} } }`,
      ]) {
        expect(await as('all but OPERATOR', hidden), hidden).toMatchObject({ status: 403, code: 'FORBIDDEN' });
      }
    }
  });

  it('is stated by the description of its field', () => {
    const wrong = objects.flatMap((type) =>
      Object.values(type.getFields()).flatMap((field) => {
        const declared = field.extensions.scope;
        if (declared === undefined || declared === 'ANY') return [];
        return (promised(field) ?? promised(type)) === declared ? [] : [`${type.name}.${field.name}`];
      }),
    );
    expect(wrong).toEqual([]);
  });
});

it('fields whose names suggest secrets, addresses or URLs have a scope, or are known to need none', () => {
  const known = [
    // Payloads of mutations and lists for operators, whose root fields need the scope.
    ...[
      'AuditEntry.address',
      'CreateApiKeyPayload.secret',
      'CreateWatchTokenPayload.token',
      'RotateApiKeyPayload.secret',
    ],
    ...['CreateWebhookEndpointPayload.secret', 'RotateWebhookSecretPayload.secret'],
    ...['RotateWebhookSecretPayload.previousSecretValidUntil', 'WebhookEndpoint.previousSecretValidUntil'],
    // What a reader may see: results, and what the tenant itself has sent.
    ...['Chunk.tokens', 'Download.url', 'JobSource.url', 'Link.url', 'Page.imageUrl', 'Page.thumbnailUrl'],
  ];
  const suspect = /secret|token|url$|host|address|answer/i;
  const found = objects
    .filter(({ name }) => !rootTypes.includes(name))
    .flatMap((type) =>
      Object.values(type.getFields())
        .filter((field) => suspect.test(field.name) && isLeafType(getNamedType(field.type)))
        .filter((field) => field.extensions.scope === undefined)
        .map((field) => `${type.name}.${field.name}`),
    );
  expect(found.filter((name) => !known.includes(name))).toEqual([]);
});
