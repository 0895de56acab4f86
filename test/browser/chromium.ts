import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

/** Finds an installed Chromium or Chrome; nothing is downloaded. */
function findBrowser(): string | null {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const fromPath = (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)));
  const places = [
    ...fromPath,
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ];
  return places.find((path) => existsSync(path)) ?? null;
}

const executablePath = findBrowser();

/** Whether browser tests can run here. */
export const hasBrowser = executablePath !== null;
if (!hasBrowser) console.warn('The browser tests were SKIPPED: install Chromium or Chrome to run them.');

export async function launchBrowser(): Promise<Browser> {
  return await chromium.launch({
    executablePath: executablePath ?? '',
    // The sandbox does not work as root, and the tests run without a network.
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });
}
