import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../src/client/client.ts';
import { freePort } from '../../src/connections/embedded-server.ts';
import { hasBrowser, launchBrowser } from '../browser/chromium.ts';
import { fixture } from '../cli/running.ts';
import { readDocument } from '../docs/markdown.ts';
import { group, opened, stepwise } from '../jobs/extractors.ts';
import { type Service, startService } from '../service.ts';
import { type Directory, temporaryDirectory } from '../start/running.ts';
import { examplesOf } from './examples.ts';
import { type LossyProxy, startLossyProxy } from './lossy-proxy.ts';
import { installClient } from './package.ts';
import { submitFixture } from './running.ts';

/** A component whose id changes, and which is unmounted and mounted again. */
const strictPage = `
import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { createClient } from 'pagehive/client';
import { useJobProgress } from 'pagehive/client/react';

const client = createClient({ url: '/' });
function Bar({ id }) {
  const { progress, state } = useJobProgress(id, { client });
  return <output>{progress === null ? state : progress.jobId + ' ' + progress.status}</output>;
}
function App() {
  const [id, show] = useState(null);
  const [mounted, mount] = useState(true);
  Object.assign(window, { show, mount });
  return mounted ? <Bar id={id} /> : null;
}
createRoot(document.body).render(<StrictMode><App /></StrictMode>);
`;

describe.skipIf(!hasBrowser)('the client in a browser', () => {
  let service: Service;
  let proxy: LossyProxy;
  let directory: Directory;
  let browser: Browser;
  beforeAll(async () => {
    const port = await freePort();
    proxy = await startLossyProxy(port);
    service = await startService({ config: { port, publicUrl: proxy.origin }, worker: false });
    directory = temporaryDirectory();
    await installClient(directory.path, ['@graphql-typed-document-node/core', 'graphql-ws', 'react', 'react-dom']);
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
    directory[Symbol.dispose]();
    await service[Symbol.asyncDispose]();
    await proxy[Symbol.asyncDispose]();
  });

  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
  });

  /** Opens a page on the server's own origin that runs an example from docs/client.md. */
  async function open(example: string, place: { body?: string; search?: string }): Promise<Page> {
    const code = examplesOf(readDocument('docs/client.md')).find(({ name }) => name === example)?.code ?? '';
    return await openWith(example, code, 'production', place);
  }

  async function openWith(
    name: string,
    code: string,
    mode: 'production' | 'development',
    { body = '', search = '' }: { body?: string; search?: string },
  ): Promise<Page> {
    const entry = join(directory.path, name);
    writeFileSync(entry, code);
    const { outputFiles } = await build({
      entryPoints: [entry],
      bundle: true,
      write: false,
      format: 'esm',
      jsx: 'automatic',
      define: { 'process.env.NODE_ENV': JSON.stringify(mode) },
    });
    // The response that provides the origin has its own policy, meant for another page.
    const page = await browser.newPage({ bypassCSP: true });
    // A response of the server, of any kind: a page created here may not open connections to this machine.
    await page.goto(`${proxy.origin}/health/live${search}`);
    await page.setContent(`<!doctype html><body>${body}</body>`);
    await page.addScriptTag({ type: 'module', content: outputFiles[0]?.text });
    return page;
  }

  it('shows the progress of a job and of all jobs with React, through a lost connection', async () => {
    const id = await submitFixture(createClient({ url: service.url }), 'one-page.pdf');
    const page = await open('react.tsx', { search: `?job=${id}` });
    const bar = page.locator('output');
    const list = page.locator('li');
    await expect.poll(() => bar.innerText()).toBe('PENDING 0%');
    await expect.poll(() => list.allInnerTexts()).toEqual([expect.stringContaining('PENDING 0%')]);

    const extractor = stepwise(opened(4), group(1, 2), group(3, 4));
    await service.startWorker({ extractor });
    extractor.step();
    extractor.step();
    await expect.poll(() => bar.innerText()).toMatch(/^RUNNING [1-9]\d*%$/);
    const shown = Number.parseInt((await bar.innerText()).replace(/\D+/, ''), 10);
    proxy.cut();
    extractor.step();
    await expect.poll(() => bar.innerText()).toBe('COMPLETED 100%');
    expect(shown).toBeLessThan(100);
    await expect.poll(() => list.allInnerTexts()).toEqual([expect.stringContaining('COMPLETED 100%')]);

    await service.stopWorker();
    await submitFixture(createClient({ url: service.url }), 'table.pdf');
    await expect.poll(() => list.count()).toBe(2);
  });

  it('shows with React that a job does not exist', async () => {
    const page = await open('react.tsx', { search: '?job=job_01h455vb4pex5vsknk084sn02q' });
    await expect.poll(() => page.locator('[role=alert]').innerText()).toBe('There is no such job.');
  });

  it('follows the id of a component in React strict mode, and leaves no subscription behind', async () => {
    const client = createClient({ url: service.url });
    const [first, second] = [await submitFixture(client, 'one-page.pdf'), await submitFixture(client, 'table.pdf')];
    const page = await openWith('strict.tsx', strictPage, 'development', {});
    const complaints: string[] = [];
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', ({ message }) => complaints.push(message));
    const shows = (text: string) => expect.poll(() => page.locator('output').innerText()).toBe(text);
    const watched = (n: number) => expect.poll(() => service.api.hub.watched).toBe(n);
    await shows('connecting');
    await watched(0);
    await page.evaluate(`show(${JSON.stringify(first)})`);
    await shows(`${first} PENDING`);
    await watched(1);
    await page.evaluate(`show(${JSON.stringify(second)})`);
    await shows(`${second} PENDING`);
    await watched(1);
    await client.cancelJob(first);
    await page.evaluate('mount(false)');
    await watched(0);
    await page.evaluate('mount(true)');
    await shows(`${second} PENDING`);
    await client.cancelJob(second);
    await shows(`${second} CANCELLED`);
    await page.evaluate('show(null)');
    await shows('connecting');
    await watched(0);
    expect(complaints).toEqual([]);
  });

  it('uploads a file and shows the progress of the upload, then of the job', async () => {
    const page = await open('browser.ts', {
      body: '<input type="file"><progress value="0"></progress><output></output>',
    });
    const seen: string[] = [];
    await page.exposeFunction('see', (text: string) => seen.push(text));
    await page.evaluate(`new MutationObserver(() => see(document.querySelector('output').value))
      .observe(document.querySelector('output'), { childList: true, characterData: true, subtree: true })`);
    await service.startWorker();
    await page.locator('input').setInputFiles(fixture('many-pages.pdf'));
    await expect.poll(() => seen.at(-1)).toBe('COMPLETED');
    const sent = seen.filter((text) => text.startsWith('sending')).map((text) => text.match(/\d+/g)?.map(Number) ?? []);
    expect(sent.at(-1)?.[0]).toBe(sent.at(-1)?.[1]);
    expect(await page.locator('progress').evaluate((bar) => bar.getAttribute('value'))).toBe('1');
  });
});
