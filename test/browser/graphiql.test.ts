import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOperation, storeSample, watchOperation } from '../../src/commands/first-minute.ts';
import { type Service, startService } from '../service.ts';
import { hasBrowser, launchBrowser } from './chromium.ts';

/** Removes white space, which the editor renders with special characters. */
const words = (text: string): string => text.replaceAll(/\s/gu, '');

describe.skipIf(!hasBrowser)('the first minute in a browser', () => {
  let service: Service;
  let browser: Browser;
  beforeAll(async () => {
    service = await startService();
    await storeSample(service.platform);
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await service[Symbol.asyncDispose]();
  });

  /** Opens GraphiQL and pastes an operation into its editor. */
  async function paste(operation: string): Promise<Page> {
    const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
    const page = await context.newPage();
    const foreign: string[] = [];
    page.on('request', (request) => {
      if (
        !request.url().startsWith(service.url) &&
        !request.url().startsWith('data:') &&
        !request.url().startsWith('blob:')
      )
        foreign.push(request.url());
    });
    await page.goto(`${service.url}/graphql`);
    const editor = page.locator('.graphiql-query-editor');
    await editor.locator('.monaco-editor').first().click();
    // A real paste: the editor completes brackets when text is typed. Like a person, check whether the editor was ready
    // and paste again if it was not.
    await expect
      .poll(
        async () => {
          await page.keyboard.press('ControlOrMeta+A');
          await page.evaluate((text) => navigator.clipboard.writeText(text), operation);
          await page.keyboard.press('ControlOrMeta+V');
          return words(await editor.locator('.view-lines').innerText());
        },
        { timeout: 60_000, interval: 500 },
      )
      .toBe(words(operation));
    expect(foreign).toEqual([]);
    return page;
  }

  const run = (page: Page) => page.keyboard.press('ControlOrMeta+Enter');

  it('shows progress and then text when the printed example is pasted into two windows', async () => {
    const watcher = await paste(watchOperation);
    await run(watcher);
    await expect.poll(() => service.api.hub.watched).toBe(1);
    const response = watcher.locator('.graphiql-response');
    // Records every text that the window shows, even between two polls.
    const percents = await response.evaluateHandle((element) => {
      const seen = new Set<number>();
      new MutationObserver(() => {
        const percent = /"progressPercentage":\s*(\d+)/.exec(element.textContent ?? '')?.[1];
        if (percent !== undefined) seen.add(Number(percent));
      }).observe(element, { childList: true, subtree: true, characterData: true });
      return seen;
    });
    const creator = await paste(createOperation);
    await run(creator);
    const created = creator.locator('.graphiql-response');
    await expect.poll(() => created.innerText()).toMatch(/"status":\s*"(PENDING|RUNNING)"/);
    await expect.poll(() => response.innerText()).toMatch(/A\s+house\s+with\s+many\s+cells/);
    const shown = await percents.evaluate((seen) => [...seen]);
    expect(shown.filter((percent) => percent > 0 && percent < 100).length).toBeGreaterThan(1);
    // The editor may render the last lines of the response before the first ones.
    await expect.poll(() => response.innerText()).toMatch(/"progressPercentage":\s*100/);
    // Two browser windows with an editor each are slow to start on a busy machine.
  }, 240_000);
});
