import { writeFile } from 'node:fs/promises';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { schema } from '../src/api/schema/schema.ts';

// schema.graphql is committed: clients are generated from it, and reviews show the effects of a change on the API.
const header = '# Printed from src/api/schema by `npm run generate`; do not edit.\n\n';
await writeFile(
  new URL('../schema.graphql', import.meta.url),
  `${header}${printSchema(lexicographicSortSchema(schema))}\n`,
);
