import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Directory, temporaryDirectory } from '../start/running.ts';
import { checkTypes, installClient, runNode } from './package.ts';

let directory: Directory;
beforeAll(async () => {
  directory = temporaryDirectory();
  await installClient(directory.path, ['graphql-ws', '@graphql-typed-document-node/core']);
});
afterAll(() => {
  directory[Symbol.dispose]();
});

describe('pagehive/client', () => {
  it('is imported without any package of the server', async () => {
    writeFileSync(
      join(directory.path, 'use.js'),
      `import * as client from 'pagehive/client';
       console.log(Object.keys(client).filter((name) => !/Document|FragmentDoc/.test(name)).sort().join(' '));`,
    );
    expect((await runNode(directory.path, ['use.js'])).trim()).toBe(
      'GraphQLRequestError ServerUnreachableError createClient isFinal isFinalBatch',
    );
  });

  it('has types that reject mistakes', async () => {
    const use = (code: string) =>
      writeFileSync(
        join(directory.path, 'use.ts'),
        `import { createClient } from 'pagehive/client';\nconst client = createClient({ url: 'http://x' });\n${code}\n`,
      );
    use(`for await (const { status } of client.jobProgress('x')) if (status === 'COMPLETED') break;`);
    await checkTypes(directory.path);
    use(`for await (const { status } of client.jobProgress('x')) if (status === 'FINISHED') break;`);
    await expect(checkTypes(directory.path)).rejects.toThrow(/'"FINISHED"' have no overlap/);
    use(`const { job } = await client.createJob({ source: { file: 'x' } }); job.status;`);
    await expect(checkTypes(directory.path)).rejects.toThrow(/'string' is not assignable to type 'Blob/);
  });
});
