import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../src/connections/embedded-server.ts';
import type { IssuedKey } from '../../src/tenants/keys.ts';
import { hasBrowser, launchBrowser } from '../browser/chromium.ts';
import { issueKey } from '../keys/asking.ts';
import { type Service, startService } from '../service.ts';

/** Uploads a document, watches its job to the end by either transport, and reads the result. */
const script = `
import { createClient } from './src/client/client.ts';

async function run(url, apiKey) {
  const states = [];
  const client = createClient({ url, apiKey });
  const onState = (state) => states.push(state);
  try {
    const bytes = await (await fetch('/document.pdf')).blob();
    const upload = await client.upload(bytes, { name: 'a.pdf' });
    const { job } = await client.createJob({ source: { upload } });
    let last;
    for (const transport of ['websocket', 'sse']) {
      for await (const { status } of createClient({ url, apiKey, transport }).jobProgress(job.id, { onState })) last = status;
    }
    const { url: download } = await client.download(job.id, 'TEXT');
    const response = await fetch(download);
    return { last, text: await response.text(), disposition: response.headers.get('content-disposition') };
  } catch (error) {
    return { code: error.code, name: error.name, message: String(error) };
  }
}

async function watch(url, transport) {
  try {
    for await (const _ of createClient({ url, transport }).jobUpdates()) return 'an event';
  } catch (error) {
    return error.code ?? String(error);
  }
}
Object.assign(window, { run, watch });
`;

describe.skipIf(!hasBrowser)('a page of another origin', () => {
  let service: Service;
  let refusing: Service;
  let pages: Server;
  let browser: Browser;
  let page: Page;
  let key: IssuedKey;
  beforeAll(async () => {
    const port = await freePort();
    const origin = `http://127.0.0.1:${port}`;
    service = await startService({ config: { corsOrigins: [origin] } });
    refusing = await startService({ worker: false, maintenance: false });
    key = await issueKey(service, ['READ', 'WRITE']);
    const { outputFiles } = await build({
      stdin: { contents: script, resolveDir: process.cwd() },
      bundle: true,
      write: false,
      format: 'esm',
    });
    const { readFile } = await import('node:fs/promises');
    const document = await readFile('test/fixtures/one-page.pdf');
    pages = createServer((request, response) => {
      if (request.url === '/document.pdf') response.end(document);
      else response.setHeader('content-type', 'text/html').end('<!doctype html>');
    });
    pages.listen(port, '127.0.0.1');
    await once(pages, 'listening');
    browser = await launchBrowser();
    page = await browser.newPage();
    await page.goto(origin);
    await page.addScriptTag({ type: 'module', content: outputFiles[0]?.text ?? '' });
  });
  afterAll(async () => {
    await browser.close();
    pages.close();
    await refusing[Symbol.asyncDispose]();
    await service[Symbol.asyncDispose]();
  });

  it('that is listed sends a document, watches its job and downloads the result with a key', async () => {
    const outcome = await page.evaluate(`run(${JSON.stringify(service.url)}, ${JSON.stringify(key.secret)})`);
    expect(outcome).toEqual({
      last: 'COMPLETED',
      text: expect.stringMatching(/./),
      disposition: expect.stringContaining('attachment'),
    });
  });

  it('that is listed learns that its key is missing or wrong', async () => {
    for (const wrong of [undefined, 'me']) {
      const outcome = await page.evaluate(`run(${JSON.stringify(service.url)}, ${JSON.stringify(wrong)})`);
      expect(outcome).toMatchObject({ name: 'GraphQLRequestError', code: 'UNAUTHENTICATED' });
    }
    for (const transport of ['websocket', 'sse']) {
      expect(await page.evaluate(`watch(${JSON.stringify(service.url)}, '${transport}')`)).toBe('UNAUTHENTICATED');
    }
  });

  it('that is not listed learns that its origin is refused, and does not try forever', async () => {
    const outcome = await page.evaluate(`run(${JSON.stringify(refusing.url)})`);
    expect(outcome).toMatchObject({ name: 'GraphQLRequestError', code: 'ORIGIN_REFUSED' });
    for (const transport of ['websocket', 'sse']) {
      expect(await page.evaluate(`watch(${JSON.stringify(refusing.url)}, '${transport}')`)).toBe('ORIGIN_REFUSED');
    }
  });
});
