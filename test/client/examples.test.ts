import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inline, submit } from '../api/submitting.ts';
import { fixture } from '../cli/running.ts';
import { readDocument, root } from '../docs/markdown.ts';
import { type Service, startService } from '../service.ts';
import { type Directory, temporaryDirectory } from '../start/running.ts';
import { examplesOf } from './examples.ts';
import { checkTypes, installClient, runNode } from './package.ts';

/** What the examples import besides the client. Those of the client itself are proved by package.test.ts. */
const packages = [
  '@apollo/client',
  '@graphql-typed-document-node/core',
  '@urql/core',
  'graphql',
  'graphql-ws',
  'react',
  'react-dom',
  'rxjs',
  '@types/react',
  '@types/react-dom',
];

let service: Service;
let directory: Directory;
beforeAll(async () => {
  service = await startService();
  directory = temporaryDirectory();
  await installClient(directory.path, packages);
  const address = service.url.replace('http://', '');
  for (const { name, code } of examplesOf(readDocument('docs/client.md'))) {
    writeFileSync(join(directory.path, name), code.replaceAll('127.0.0.1:4000', address));
  }
  copyFileSync(fixture('many-pages.pdf'), join(directory.path, 'report.pdf'));
  // What Node.js 22 has by itself.
  writeFileSync(
    join(directory.path, 'websocket.mjs'),
    `import { WebSocket } from '${new URL('node_modules/ws/wrapper.mjs', root)}';\nglobalThis.WebSocket ??= WebSocket;\n`,
  );
});
afterAll(async () => {
  directory[Symbol.dispose]();
  await service[Symbol.asyncDispose]();
});

/** Runs an example as its reader would, and gives the lines it prints. */
async function run(name: string, ...args: string[]): Promise<string[]> {
  const tsx = pathToFileURL(join(root.pathname, 'node_modules/tsx/dist/loader.mjs')).href;
  const output = await runNode(directory.path, ['--import', tsx, '--import', './websocket.mjs', name, ...args]);
  return output.trim().split('\n');
}

describe('the examples of docs/client.md', () => {
  it('agree with the types', async () => {
    // Those of a package that Apollo Client uses do not compile.
    await checkTypes(directory.path, { skipLibCheck: true });
  });

  it('send a document from Node.js, watch it, and read its pages', async () => {
    const lines = await run('node.ts');
    const bytes = /^sent (\d+) of (\d+) bytes$/.exec(lines.findLast((line) => line.startsWith('sent')) ?? '');
    expect(bytes?.[1]).toBe(bytes?.[2]);
    expect(lines.findLast((line) => line.includes('%'))).toMatch(/^COMPLETED 100%/);
    expect(lines.filter((line) => /^\d+ \d+ \d+$/.test(line))).toHaveLength(300);
  });

  it.each(['graphql-ws.ts', 'urql.ts', 'apollo.ts', 'sse.ts', 'rxjs.ts'])(
    'watch a job to its end: %s',
    async (name) => {
      const { id } = await submit(service, { source: await inline('headings') });
      const lines = await run(name, id);
      expect(lines.join('\n')).toContain('COMPLETED');
      if (name !== 'urql.ts') expect(lines.at(-1)).toBe('no more');
    },
  );
});
