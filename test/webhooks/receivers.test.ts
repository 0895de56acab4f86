import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../src/connections/embedded-server.ts';
import { accepted } from '../api/submitting.ts';
import { examplesOf } from '../client/examples.ts';
import { checkTypes, linkPackages } from '../client/package.ts';
import { readDocument, root } from '../docs/markdown.ts';
import { type Service, startService } from '../service.ts';
import { type Directory, temporaryDirectory } from '../start/running.ts';
import { cancelledJob, change, deliveryWhen, secretOfUrls } from './hooking.ts';

const examples = new Map(examplesOf(readDocument('docs/webhooks.md')).map(({ name, code }) => [name, code]));
const tsx = pathToFileURL(join(root.pathname, 'node_modules/tsx/dist/loader.mjs')).href;
const hasPython = spawnSync('python3', ['-c', 'import http.server'], { stdio: 'ignore' }).status === 0;
if (!hasPython) console.warn('python3 is not installed: the receiver in Python is not tested.');

let service: Service;
let port: number;
let directory: Directory;
beforeAll(async () => {
  port = await freePort();
  service = await startService({ config: { privateHostsAllowed: [`127.0.0.1:${port}`] } });
  directory = temporaryDirectory();
  linkPackages(directory.path, ['standardwebhooks']);
  for (const [name, code] of examples) writeFileSync(join(directory.path, name), code);
});
afterAll(async () => {
  directory[Symbol.dispose]();
  await service[Symbol.asyncDispose]();
});

/** Starts a receiver with this secret, as a reader of the docs would, and waits until it is ready. */
async function receive(command: string[], secret: string) {
  const [program = '', ...args] = command;
  const env = { ...process.env, PORT: String(port), WEBHOOK_SECRET: secret };
  const child: ChildProcess = spawn(program, args, { cwd: directory.path, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  let printed = '';
  child.stdout?.setEncoding('utf8').on('data', (text) => (printed += text));
  await expect.poll(() => printed).toContain('ready');
  return {
    lines: () => printed.trim().split('\n').slice(1),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

it('the receiver in TypeScript compiles', async () => {
  await checkTypes(directory.path, { skipLibCheck: true });
});

describe.each([
  ['TypeScript', [process.execPath, '--import', tsx, 'receiver.ts'], true],
  ['Python', ['python3', 'receiver.py'], hasPython],
])('the receiver in %s', (_, command, isHere) => {
  it.runIf(isHere)('accepts what Pagehive has signed, records it once, and refuses forgeries', async () => {
    const before = await secretOfUrls(service);
    await using receiver = await receive(command, before.webhookSecret);
    const url = `http://127.0.0.1:${port}/`;
    const job = await cancelledJob(service, { url });
    const { id, payload } = await deliveryWhen(service, { job }, { status: 'DELIVERED' });
    // The repeated delivery has two signatures and a known id.
    accepted(await change(service, 'rotateWebhookSecret', before.id, 'secret'));
    accepted(await change(service, 'redeliverWebhook', id, 'delivery { id }'));
    await deliveryWhen(service, { job }, { status: 'DELIVERED', attempts: [{ statusCode: 204 }, { statusCode: 204 }] });
    expect(receiver.lines()).toEqual([`JOB_CANCELLED ${job} CANCELLED`]);
    const forged = await fetch(url, {
      method: 'POST',
      headers: {
        'webhook-id': 'delivery_forged',
        'webhook-timestamp': String(Math.floor(Date.now() / 1000)),
        'webhook-signature': `v1,${Buffer.alloc(32).toString('base64')}`,
      },
      body: JSON.stringify(payload),
    });
    expect(forged.status).toBe(401);
    expect(receiver.lines()).toHaveLength(1);
  });
});
