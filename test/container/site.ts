import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { expect } from 'vitest';
import { freePort } from '../../src/connections/embedded-server.ts';
import { startNginx } from '../deployment/nginx.ts';
import { readDocument } from '../docs/markdown.ts';

/** The `sh` block of docs/containers.md that contains a text. */
export function commandsOf(text: string): string {
  const blocks = [...readDocument('docs/containers.md').matchAll(/^```sh\n(.*?)^```$/gms)].map(
    ([, block = '']) => block,
  );
  const found = blocks.filter((block) => block.includes(text));
  expect(found).toHaveLength(1);
  return found[0] ?? '';
}

/** Runs commands of the documentation as they are written, in a folder. */
export function runCommands(folder: string, commands: string): void {
  execFileSync('/bin/sh', ['-euc', commands], { cwd: folder, stdio: 'pipe' });
}

/** Runs nginx with the site of compose.yaml in front of these ports. `folder` has the folder `certificates`. */
export async function startSite(folder: string, port: number, apiPorts: number[]): Promise<AsyncDisposable> {
  let site = readDocument('deploy/container/nginx.conf');
  const plain = await freePort();
  for (const [inContainer, here] of [
    ['resolver 127.0.0.11 valid=5s;', ''],
    // Debian's nginx is older than the one of compose.yaml.
    ['    server api:4000 resolve;', apiPorts.map((each) => `    server 127.0.0.1:${each};`).join('\n')],
    ['    http2 on;', ''],
    ['listen 80;', `listen 127.0.0.1:${plain};`],
    ['listen 443 ssl;', `listen 127.0.0.1:${port} ssl http2;`],
    ['/etc/nginx/certificates/fullchain.pem', join(folder, 'certificates', 'fullchain.pem')],
    ['/etc/nginx/certificates/privkey.pem', join(folder, 'certificates', 'privkey.pem')],
  ] as const) {
    expect(site).toContain(inContainer);
    site = site.replace(inContainer, here);
  }
  return await startNginx(site, `http://127.0.0.1:${plain}`, async (origin) => {
    const { status, headers } = await fetch(`${origin}/graphql?a=b`, { redirect: 'manual' });
    expect([status, headers.get('location')]).toEqual([308, 'https://127.0.0.1/graphql?a=b']);
  });
}

/** Returns the status of a path behind the site. */
export async function statusOf(folder: string, url: string): Promise<number | undefined> {
  const ca = readFileSync(join(folder, 'certificates', 'fullchain.pem'));
  const asked = request(url, { ca, agent: false }).end();
  const [response] = await once(asked, 'response');
  response.resume();
  return response.statusCode;
}
