import { readFileSync } from 'node:fs';
import {
  type GraphQLArgument,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isObjectType,
  isSpecifiedScalarType,
  lexicographicSortSchema,
  printSchema,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { schema } from '../../src/api/schema/schema.ts';
import { failureCodes } from '../../src/errors.ts';
import { defaultOptions } from '../../src/job-row/options.ts';
import { issueCodes, requestErrors } from '../../src/request-errors.ts';

const types = Object.values(schema.getTypeMap()).filter(
  (type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type),
);

/** Every type, field, argument, enum value and input field of the schema, with its description. */
function* described(): Generator<[string, string | null | undefined]> {
  for (const type of types) {
    yield [type.name, type.description];
    if (isEnumType(type)) for (const value of type.getValues()) yield [`${type.name}.${value.name}`, value.description];
    if (isInputObjectType(type) || isObjectType(type) || isInterfaceType(type)) {
      for (const field of Object.values(type.getFields())) {
        yield [`${type.name}.${field.name}`, field.description];
        const args: readonly GraphQLArgument[] = 'args' in field ? field.args : [];
        for (const arg of args) yield [`${type.name}.${field.name}(${arg.name})`, arg.description];
      }
    }
  }
}

describe('the schema', () => {
  it('describes every type, field, argument, value and input field', () => {
    const without = [...described()].filter(([, description]) => !description?.trim()).map(([name]) => name);
    expect(without).toEqual([]);
  });

  it('replaces the default descriptions of the scalars library', () => {
    const odd = [...described()]
      .filter(([, description]) => /scalar type represents/.test(description ?? ''))
      .map(([name]) => name);
    expect(odd).toEqual([]);
  });

  it('has a field for each option of a job, in requests and answers', () => {
    const fieldsOf = (name: string) => {
      const type = schema.getType(name);
      return isInputObjectType(type) || isObjectType(type) ? Object.keys(type.getFields()).sort() : [];
    };
    // The memory limit is that of the key and tenant.
    const { memoryBytes: _, ...options } = defaultOptions;
    expect(fieldsOf('JobOptions')).toEqual(Object.keys(options).sort());
    expect(fieldsOf('JobOptionsInput')).toEqual([...Object.keys(options), 'maxRetries', 'password'].sort());
  });

  it('matches schema.graphql', () => {
    const printed = readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8');
    expect(printed).toContain(printSchema(lexicographicSortSchema(schema)));
  });

  it('has connections whose edges, nodes and pageInfo are never null', () => {
    const connections = types.filter(({ name }) => name.endsWith('Connection')).filter(isObjectType);
    expect(connections.length).toBeGreaterThan(2);
    for (const connection of connections) {
      const { edges, nodes, pageInfo } = connection.getFields();
      for (const field of [edges, nodes]) expect(String(field?.type)).toMatch(/^\[\w+!\]!$/);
      expect(String(pageInfo?.type)).toBe('PageInfo!');
      expect(getNamedType(pageInfo?.type)).toBe(schema.getType('PageInfo'));
    }
  });

  it('documents a maximum for every list that is not a connection', () => {
    // Naturally short: one entry per component, header, snippet word or document page.
    const short = ['Health.checks', 'Upload.headers', 'PageHit.highlights', 'JobResult.unreadablePages'];
    const endless = types.filter(isObjectType).flatMap((type) =>
      Object.values(type.getFields())
        .filter((field) => isListType(getNullableType(field.type)) && !['edges', 'nodes'].includes(field.name))
        // An enum has few values.
        .filter((field) => !isEnumType(getNamedType(field.type)))
        .filter(({ description }) => !/at most|the first|the newest/.test(description ?? ''))
        .map((field) => `${type.name}.${field.name}`)
        .filter((name) => !short.includes(name)),
    );
    expect(endless).toEqual([]);
  });

  it('names and types byte counts, times and pages consistently', () => {
    const fields = types.filter(isObjectType).flatMap((type) => Object.values(type.getFields()));
    for (const { name, type } of fields) {
      if (/^bytes|Bytes$/.test(name)) expect([name, getNamedType(type).name]).toEqual([name, 'BigInt']);
      if (/At$/.test(name)) expect([name, getNamedType(type).name]).toEqual([name, 'DateTime']);
    }
    expect(fields.map(({ name }) => name).filter((name) => /^(?!has).*page$/i.test(name))).toEqual([
      'page',
      'page',
      'page',
    ]);
  });

  it('has the codes of the catalogue of request errors and issues', () => {
    const valuesOf = (name: string) => {
      const type = schema.getType(name);
      return isEnumType(type) ? type.getValues().map((value) => value.name) : [];
    };
    expect(valuesOf('RequestErrorCode')).toEqual(expect.arrayContaining(Object.keys(requestErrors)));
    expect(valuesOf('InputIssueCode').sort()).toEqual(Object.keys(issueCodes).sort());
  });

  it('has mutations whose payloads are objects that may be null', () => {
    const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});
    expect(mutations.length).toBeGreaterThan(10);
    for (const { name, type } of mutations) {
      expect([name, String(type)]).toEqual([name, `${name[0]?.toUpperCase()}${name.slice(1)}Payload`]);
    }
  });

  it('has every failure code of the catalogue', () => {
    const type = schema.getType('FailureCode');
    expect(
      isEnumType(type) &&
        type
          .getValues()
          .map(({ name }) => name)
          .sort(),
    ).toEqual([...failureCodes].sort());
  });

  it('returns no password', () => {
    const outputs = types.filter((type) => isObjectType(type) || isInterfaceType(type));
    expect(outputs.flatMap((type) => Object.keys(type.getFields())).filter((name) => /password/i.test(name))).toEqual(
      [],
    );
  });
});
