import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inline, submit } from '../api/submitting.ts';
import { fixture } from '../cli/running.ts';
import { readDocument } from '../docs/markdown.ts';
import { type Service, startService } from '../service.ts';
import { type Directory, temporaryDirectory } from '../start/running.ts';
import { examplesOf } from './examples.ts';
import { checkTypes, installClient, runNode } from './package.ts';

const page = readDocument('docs/client.md');

/** The packages that the page asks readers to install. */
const packages = [...page.matchAll(/^npm install (?:--save-dev )?(.+)$/gm)]
  .flatMap(([, names = '']) => names.split(' '))
  .filter((name) => name !== 'pagehive');

/** Examples that run in browsers; the others run in Node.js. */
const inBrowsers = ['browser.ts', 'react.tsx'];
const examples = examplesOf(page);

let service: Service;
let directory: Directory;
beforeAll(async () => {
  service = await startService();
  directory = temporaryDirectory();
  // npm installs the dependencies of the package.
  await installClient(directory.path, [...new Set([...packages, '@graphql-typed-document-node/core'])]);
  const address = service.url.replace('http://', '');
  for (const { name, code } of examples) {
    writeFileSync(join(directory.path, name), code.replaceAll('127.0.0.1:4000', address));
  }
  copyFileSync(fixture('many-pages.pdf'), join(directory.path, 'report.pdf'));
});
afterAll(async () => {
  directory[Symbol.dispose]();
  await service[Symbol.asyncDispose]();
});

/** Runs an example as a reader would, with `npx tsx`, and returns the lines it prints. */
async function run(name: string, ...args: string[]): Promise<string[]> {
  const output = await runNode(directory.path, ['node_modules/tsx/dist/cli.mjs', name, ...args]);
  return output.trim().split('\n');
}

describe('the examples of docs/client.md', () => {
  // TypeScript 5 has fewer declarations in its "dom" library than later versions.
  it.each(['typescript', 'typescript-5'])('type-check with lib: ["dom"] in %s', async (compiler) => {
    const files = examples.map(({ name }) => name).filter((name) => !inBrowsers.includes(name));
    await checkTypes(directory.path, { compiler, types: [], files: inBrowsers });
    // The declarations of a dependency of Apollo Client do not compile.
    await checkTypes(directory.path, { compiler, types: ['node'], files, skipLibCheck: true });
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
