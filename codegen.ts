import type { CodegenConfig } from '@graphql-codegen/cli';

/** Types for the client's documents, from the printed schema alone: no server has to run. */
const config: CodegenConfig = {
  schema: 'schema.graphql',
  documents: 'src/client/documents/*.graphql',
  generates: {
    'src/client/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false, skipIndexFile: true },
      config: {
        // Documents stay text, so the client needs no GraphQL runtime.
        documentMode: 'string',
        importExtension: '.ts',
        useTypeImports: true,
        enumType: 'string-literal',
        strictScalars: true,
        scalars: {
          BigInt: 'number',
          DateTime: 'string',
          File: 'Blob',
          ID: 'string',
          JSONObject: 'Record<string, unknown>',
        },
      },
    },
    // The codes of errors: no document selects them.
    'src/client/generated/enums.ts': {
      plugins: ['typescript'],
      config: { onlyEnums: true, enumsAsTypes: true },
    },
  },
};

export default config;
