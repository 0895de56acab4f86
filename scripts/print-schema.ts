import { writeFile } from 'node:fs/promises';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { schema } from '../src/api/schema/schema.ts';

// schema.graphql is committed: clients generate from it, and a review sees what a change does to the API.
const header = '# Printed from src/api/schema by `npm run generate`; do not edit.\n\n';
await writeFile(
  new URL('../schema.graphql', import.meta.url),
  `${header}${printSchema(lexicographicSortSchema(schema))}\n`,
);
